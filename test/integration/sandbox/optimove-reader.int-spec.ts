import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { type Box, openBox } from './box';

interface Announced {
  EngagementID: number;
  TenantID: number;
  CampaignID: number;
  BucketName: string;
  CustomersFolderPath: string;
  MetadataFilePath: string;
  DecryptionKey: string;
}

interface Read {
  error?: string;
  metadata?: { numberOfCustomers: number; numberOfFiles: number; templateID: number; channelID: number };
  customers?: Record<string, unknown>[];
}

const customers = 250;
const mostOutput = 1 << 26;

/** What the program of Optimove makes of files that are served here: it is a process of its own and is told nothing else. */
describe("Optimove's own reader", () => {
  let box: Box;
  let announced: Announced;
  beforeAll(async () => {
    box = await openBox();
    const { id } = await box.control<{ id: string }>('POST', `/tenants/${box.account.id}/campaigns`, {
      channelId: 506,
      templateIds: [7731],
      customers: { count: customers },
    });
    await box.control('PUT', `/tenants/${box.account.id}/webhooks`, {
      channelId: 506,
      url: `${box.sandbox.url}/nobody`,
      rowsPerFile: 100,
    });
    await box.control('POST', `/tenants/${box.account.id}/campaigns/${id}/run`, { byFiles: true });
    const [callback] = await box.control<{ body: Announced }[]>('GET', `/tenants/${box.account.id}/callbacks`);
    if (!callback) throw new Error('Nothing was announced');
    announced = callback.body;
  }, 60_000);
  afterAll(() => box?.close());

  const read = (key: string): Promise<Read> => {
    const settings = {
      campaignID: announced.CampaignID,
      engagementID: announced.EngagementID,
      tenantID: announced.TenantID,
      bucketName: announced.BucketName,
      customersFolderPath: announced.CustomersFolderPath,
      metadataFilePath: announced.MetadataFilePath,
      decryptionKey: key,
    };
    const env = { PATH: process.env.PATH, STORAGE_EMULATOR_HOST: box.sandbox.url };
    return new Promise((resolve, reject) => {
      const program = [join(__dirname, 'read-by-optimove.cjs'), JSON.stringify(settings)];
      execFile(process.execPath, program, { env, maxBuffer: mostOutput }, (error, output) => {
        if (output === '') reject(error ?? new Error('It printed nothing'));
        else resolve(JSON.parse(output) as Read);
      });
    });
  };

  it('reads the metadata and every customer of every file', async () => {
    const { metadata, customers: rows = [] } = await read(announced.DecryptionKey);
    expect(metadata).toMatchObject({
      numberOfCustomers: customers,
      numberOfFiles: 3,
      templateID: 7731,
      channelID: 506,
    });
    expect(rows).toHaveLength(customers);
    expect(new Set(rows.map((row) => JSON.stringify(row.CustomerID))).size).toBe(customers);
  });

  it('is refused with a key of another engagement', async () => {
    const { error } = await read(Buffer.alloc(32, 1).toString('base64'));
    expect(error).toMatch(/encryption key/i);
  });
});
