import { createServer, type Server } from 'node:http';
import {
  createOptimoveStorage,
  type EngagementAnnouncement,
  type EngagementMetadata,
  type FilePage,
  type OptimoveStorage,
  parseCallback,
  readEngagement,
} from '@libs/optimove-client';
import { createSandbox, type Sandbox } from '../../../apps/sandbox/src/create-sandbox';
import { crc32c } from '../../../apps/sandbox/src/storage/crc32c';

const customers = 2_500;

describe('the files of an engagement', () => {
  let sandbox: Sandbox;
  let webhook: Server;
  let bodies: Buffer[] = [];
  let tenantId: string;
  let announcement: EngagementAnnouncement;
  let metadata: EngagementMetadata;
  let storage: OptimoveStorage;

  const control = async <T>(method: string, path: string, body: object): Promise<T> => {
    const answer = await fetch(`${sandbox.url}/control${path}`, { method, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as T;
  };
  const fault = (...rules: { kind: string; route: string; times?: number }[]) =>
    control('PUT', `/tenants/${tenantId}/faults`, { rules });
  const calls = async (): Promise<{ path: string; query: { range?: string }; status: number }[]> =>
    (await fetch(`${sandbox.url}/control/tenants/${tenantId}/calls`)).json() as never;

  beforeAll(async () => {
    sandbox = await createSandbox();
    webhook = createServer((request, response) => {
      request.on('data', (part: Buffer) => bodies.push(part)).on('end', () => response.end());
    });
    await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    webhook.close();
    await sandbox.close();
  });
  beforeEach(async () => {
    bodies = [];
    const address = webhook.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/hook`;
    tenantId = (await control<{ id: string }>('POST', '/tenants', { name: 'Files' })).id;
    await control('PUT', `/tenants/${tenantId}/webhooks`, {
      channelId: 506,
      url,
      name: 'A & B hook',
      rowsPerFile: 1_000,
    });
    const campaign = await control<{ id: string }>('POST', `/tenants/${tenantId}/campaigns`, {
      channelId: 506,
      templateIds: [7731],
      customers: { count: customers, mix: { malformed: 0.01 } },
      scheduledTime: '2026-05-04 16:00:00',
    });
    await control('POST', `/tenants/${tenantId}/campaigns/${campaign.id}/run`, { byFiles: true });
    storage = createOptimoveStorage({ url: sandbox.url, backoffMs: 1 });
    announcement = announced();
    metadata = await storage.readMetadata(announcement);
  });

  const announced = (): EngagementAnnouncement => {
    const parsed = parseCallback({ kind: 'event-14', body: Buffer.concat(bodies) });
    const read = parsed.ok ? readEngagement(parsed.callback) : parsed.reason;
    if (typeof read === 'string') throw new Error(read);
    return read;
  };
  const again: number[] = [];
  const missing: string[] = [];
  const read = async (options: { attributes?: string[]; after?: { files: number; rows: number } } = {}) => {
    again.length = 0;
    missing.length = 0;
    const onMissing = async (names: string[]) => void missing.push(...names);
    const pages: FilePage[] = [];
    const { attributes = ['firstname', 'BonusAmount'], after = { files: 0, rows: 0 } } = options;
    const onAgain = async (row: number) => {
      again.push(row);
      while ((pages.at(-1)?.nextSkip ?? 0) > row) pages.pop();
    };
    const query = { announcement, metadata, attributes, pageSize: 400, after, onAgain, onMissing };
    for await (const page of storage.customerPages(query)) pages.push(page);
    return { pages, rows: pages.flatMap((page) => page.rows), received: pages.at(-1)?.nextSkip ?? after.rows };
  };

  it('are announced with what the metadata says', () => {
    expect(announcement).toMatchObject({
      bucket: 'optigration-external-eu',
      customersFolder: expect.stringContaining(' '),
    });
    expect(metadata).toMatchObject({
      channelId: 506,
      templateId: '7731',
      scheduledTime: '2026-05-04T16:00:00Z',
      customers: 2_525,
      files: 3,
    });
  });

  it('give every customer once, the last file included', async () => {
    const { pages, rows } = await read();
    expect(pages.map(({ received }) => received)).toEqual([400, 400, 200, 400, 400, 200, 400, 125]);
    expect(pages.map(({ endsFile }) => endsFile?.fileNo ?? null)).toEqual([null, null, 1, null, null, 2, null, 3]);
    expect(new Set(rows.map(({ customerId }) => customerId)).size).toBe(customers);
    expect(rows[7]).toMatchObject({
      customerId: 'A10000007',
      templateId: '7731',
      attributes: ['Player 7', expect.stringMatching(/^\d+$/)],
    });
    expect(pages.at(-1)?.malformed[0]).toMatchObject({ reason: 'CustomerID is missing' });
  });

  it('go on after the files that were already read', async () => {
    const { pages, rows } = await read({ after: { files: 2, rows: 2_000 } });
    expect(pages[0]?.skip).toBe(2_000);
    expect(rows[0]?.customerId).toBe('A10002000');
    expect(rows).toHaveLength(500);
  });

  it('resume where the connection was cut, and nothing is read twice', async () => {
    await fault({ kind: 'cut-file', route: 'file002', times: 2 });
    const { rows } = await read();
    expect(new Set(rows.map(({ customerId }) => customerId)).size).toBe(customers);
    expect(rows).toHaveLength(customers);
    const ranges = (await calls()).flatMap(({ query }) => (query.range === undefined ? [] : [query.range]));
    expect(ranges).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/), expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
    expect(again).toEqual([]);
  });

  it('are read again from the first row when the checksum disagrees', async () => {
    await fault({ kind: 'wrong-checksum', route: 'file002', times: 1 });
    const { rows } = await read();
    expect(again).toEqual([1_000]);
    expect(rows).toHaveLength(customers);
  });

  it('are given up when the checksum never agrees', async () => {
    await fault({ kind: 'wrong-checksum', route: 'file003' });
    await expect(read()).rejects.toMatchObject({
      code: 'OPTIMOVE_FILE',
      message: expect.stringContaining('customers_file003.deflate.avro is damaged'),
    });
  });

  it('are refused when one of them is missing', async () => {
    await fault({ kind: 'missing-file', route: 'file003' });
    await expect(read()).rejects.toMatchObject({
      code: 'OPTIMOVE_FILE',
      message: expect.stringContaining('customers_file003.deflate.avro is not in the bucket'),
    });
  });

  it('may hold fewer rows than announced, which the caller sees', async () => {
    await fault({ kind: 'fewer-rows', route: 'file001' });
    expect((await read()).received).toBe(2_524);
  });

  it('are read in spite of a storage that is busy for a while', async () => {
    await fault({ kind: '503', route: 'file001', times: 3 });
    expect((await read()).rows).toHaveLength(customers);
  });

  it('say of each which attribute has no field, and go on without it', async () => {
    const { rows } = await read({ attributes: ['Nickname', 'FirstName'], after: { files: 1, rows: 1_000 } });
    expect(missing).toEqual(['Nickname', 'Nickname']);
    expect(rows[0]?.attributes).toEqual([null, 'Player 1000']);
  });

  it('stay closed without the right key, which no error tells', async () => {
    const wrong = Buffer.alloc(32, 1).toString('base64');
    for (const decryptionKey of [null, wrong]) {
      const error = await storage.readMetadata({ ...announcement, decryptionKey }).catch((cause: Error) => cause);
      expect(error).toMatchObject({ code: 'OPTIMOVE_REJECTED', retryable: false });
      expect(String(error)).toMatch(decryptionKey === null ? /customer-supplied encryption key/ : /key is incorrect/);
      expect(String(error)).not.toContain(wrong);
    }
  });
});

describe('a storage that knows its readers', () => {
  const metadata = JSON.stringify({
    ...{ EngagementID: 1, CampaignID: 2, ChannelID: 506, TemplateID: 7731, ScheduledTime: '2026-05-04T16:00:00Z' },
    ...{ NumberOfCustomers: 0, NumberOfFiles: 0 },
  });
  const place = { engagementId: '1', bucket: 'plain', customersFolder: 'f/customers', metadataPath: 'f/metadata_1' };
  let server: Server;
  let seen: (string | undefined)[];
  afterEach(() => server.close());

  /** Reads from a storage that answers each token with a status; a token is kept until it is dropped. */
  async function read(statusOf: (token: string) => number): Promise<EngagementMetadata> {
    seen = [];
    server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      const status = statusOf(request.headers.authorization ?? '');
      response.writeHead(status, { 'x-goog-hash': `crc32c=${crc32c(Buffer.from(metadata))}` });
      response.end(status === 200 ? metadata : JSON.stringify({ error: { code: status, message: 'No access' } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/storage/v1`;
    let current = 1;
    const accessTokens = {
      get: async () => `token-${current}`,
      drop: (token: string) => {
        if (token === `token-${current}`) current += 1;
      },
    };
    return createOptimoveStorage({ url, accessTokens }).readMetadata({ ...place, decryptionKey: null });
  }

  it.each([
    [401, ['Bearer token-1', 'Bearer token-2']],
    [403, ['Bearer token-1']],
  ])('gets the token of our identity, and its refusal (%d) says who has to act', async (status, tokens) => {
    await expect(read(() => status)).rejects.toMatchObject({
      code: 'OPTIMOVE_UNAUTHORIZED',
      status: 403,
      message: expect.stringContaining('Optimove must grant our Google identity access'),
    });
    expect(seen).toEqual(tokens);
  });

  it('is asked once more with a fresh token where it refuses a kept one', async () => {
    const found = await read((token) => (token === 'Bearer token-1' ? 401 : 200));
    expect(found).toMatchObject({ engagementId: '1', campaignId: '2' });
    expect(seen).toEqual(['Bearer token-1', 'Bearer token-2']);
  });
});

describe('the storage of the box', () => {
  it('answers in the shape of Google', async () => {
    const sandbox = await createSandbox();
    const answer = await fetch(
      `${sandbox.url}/storage/v1/b/optigration-external-eu/o/no%20folder%2Fmetadata_1?alt=media`,
    );
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      error: { code: 404, message: expect.any(String), errors: [{ reason: 'notFound', domain: 'global' }] },
    });
    await sandbox.close();
  });
});
