import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createOptimoveClient } from './client';
import { OptimovePagingError, OptimoveUnavailableError, OptimoveUnexpectedAnswerError } from './errors';
import { type ArrivedCall, openPeer, type Peer, type PeerAnswer } from './peer.fixture';
import type { RecipientPage, RecipientQuery } from './recipients';

const row = (index: number, rest: object = {}) => ({
  CustomerID: `A${index}`,
  TemplateID: 7731,
  ScheduledTime: '2026-05-04 16:00:00',
  ...rest,
});
/** Bytes that are still referred to. */
const heapInUse = (): number => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
};
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => row(from + index));

describe('recipients', () => {
  let peer: Peer;
  const open = async (answer: (call: ArrivedCall, index: number) => PeerAnswer) => {
    peer = await openPeer(answer);
    const client = createOptimoveClient({
      endpoint: peer.endpoint,
      apiKey: 'key',
      budget: { take: async () => undefined },
      backoffMs: 1,
    });
    return (query: Partial<RecipientQuery> = {}) =>
      client.recipientPages({
        campaignId: '20417',
        channelId: 506,
        attributes: [],
        pageSize: 10,
        fromSkip: 0,
        stopAtShortPage: false,
        ...query,
      });
  };
  const collect = async (pages: AsyncIterable<RecipientPage>): Promise<RecipientPage[]> => {
    const all: RecipientPage[] = [];
    for await (const page of pages) all.push(page);
    return all;
  };
  const list = (count: number, cap: number) => (call: ArrivedCall) => {
    const skip = Number(call.query.$skip);
    return { body: rows(skip, Math.min(count, skip + Math.min(cap, Number(call.query.$top)))) };
  };
  const skips = () => peer.calls.map(({ query }) => query.$skip);
  afterEach(() => peer.close());

  it('go on after a page that is shorter than asked for, by the rows received, until an empty one', async () => {
    const read = await open(list(25, 7));
    const pages = await collect(read());
    expect(pages.map(({ received }) => received)).toEqual([7, 7, 7, 4]);
    expect(skips()).toEqual(['0', '7', '14', '21', '25']);
    expect(pages.at(-1)?.nextSkip).toBe(25);
  });

  it('end at a short page where that is trusted', async () => {
    const read = await open(list(25, 10));
    expect((await collect(read({ stopAtShortPage: true }))).map(({ received }) => received)).toEqual([10, 10, 5]);
    expect(skips()).toEqual(['0', '10', '20']);
  });

  it('begin where an earlier reading ended', async () => {
    const read = await open(list(25, 10));
    expect((await collect(read({ fromSkip: 20 }))).map(({ skip }) => skip)).toEqual([20]);
  });

  it('are asked for page by page, the next one only when the last was taken', async () => {
    const read = await open(list(25, 10));
    const pages = read();
    await pages.next();
    expect(peer.calls).toHaveLength(1);
    await pages.next();
    expect(peer.calls).toHaveLength(2);
    await pages.return(undefined);
  });

  it.each([
    ['an error as text', { body: 'Something went wrong' }, OptimoveUnexpectedAnswerError],
    ['an object', { body: { rows: [] } }, OptimoveUnexpectedAnswerError],
    ['a page that is cut off every time', { text: '[{"CustomerID": "A1"' }, OptimoveUnavailableError],
  ])('stop with an error and never look complete where a later page is %s', async (_name, later, type) => {
    const read = await open((_call, index) => (index === 0 ? { body: rows(0, 10) } : later));
    const taken: RecipientPage[] = [];
    const reading = (async () => {
      for await (const page of read()) taken.push(page);
    })();
    await expect(reading).rejects.toThrow(type);
    expect(taken.map(({ nextSkip }) => nextSkip)).toEqual([10]);
  });

  it('stop with an error where the server ignores $skip', async () => {
    const read = await open(() => ({ body: rows(0, 10) }));
    await expect(collect(read())).rejects.toThrow(OptimovePagingError);
    expect(peer.calls).toHaveLength(2);
  });

  it('come as they are: who is named twice is given twice, in one page and over two', async () => {
    const read = await open((_call, index) => ({ body: [[row(1), row(1), row(2)], [row(2), row(3)], []][index] }));
    const pages = await collect(read());
    expect(pages.flatMap((page) => page.rows.map(({ customerId }) => customerId))).toEqual([
      'A1',
      'A1',
      'A2',
      'A2',
      'A3',
    ]);
    expect(skips()).toEqual(['0', '3', '5']);
  });

  it('may begin two pages with the same customer', async () => {
    const read = await open((_call, index) => ({ body: [[row(1), row(2)], [row(1), row(3)], []][index] }));
    expect(await collect(read())).toHaveLength(2);
  });

  it.each([
    ['an empty body', { text: '' }],
    ['null', { body: null }],
    ['204', { status: 204 }],
  ])('end with %s', async (_name, last) => {
    const read = await open((_call, index) => (index === 0 ? { body: rows(0, 3) } : last));
    expect(await collect(read())).toHaveLength(1);
  });

  it('hold values as an array or as one joined text, and a wrong count is an error of the row', async () => {
    const body = [
      row(1, { CustomerAttributes: ['Ann', null] }),
      row(2, { CustomerAttribute: 'Ben;UK' }),
      row(3, { CustomerAttributes: ['only one'] }),
      row(4, { CustomerAttribute: 'one;two;three' }),
      row(5),
    ];
    const read = await open((_call, index) => ({ body: index === 0 ? body : [] }));
    const [page] = await collect(read({ attributes: ['FirstName', 'Country'] }));
    expect(page?.rows.map(({ attributes }) => attributes)).toEqual([
      ['Ann', null],
      ['Ben', 'UK'],
    ]);
    expect(page?.malformed.map(({ reason }) => reason)).toEqual([
      'CustomerAttributes has 1 values; 2 were asked for',
      'CustomerAttributes has 3 values; 2 were asked for',
      'CustomerAttributes are missing; 2 were asked for',
    ]);
    expect(page?.received).toBe(5);
    expect(peer.calls[0]?.query).toMatchObject({
      CustomerAttributes: 'FirstName;Country',
      CustomerAttributesDelimiter: ';',
    });
  });

  it('are read in both spellings, and rows without ids are kept with the reason', async () => {
    const body = [
      { CustomerID: 96134, TemplateID: '7731', ScheduleTime: '2026-05-04 16:00:00', ActionID: 1 },
      { CustomerID: '', TemplateID: 7731 },
      { CustomerID: 'A2' },
      'nonsense',
    ];
    const read = await open((_call, index) => ({ body: index === 0 ? body : [] }));
    const [page] = await collect(read());
    expect(page?.rows).toEqual([
      { customerId: '96134', templateId: '7731', scheduledTime: '2026-05-04 16:00:00', attributes: [], actionId: '1' },
    ]);
    expect(page?.malformed.map(({ reason, raw }) => `${reason}: ${raw}`)).toEqual([
      'CustomerID is missing: {"CustomerID":"","TemplateID":7731}',
      'TemplateID is missing: {"CustomerID":"A2"}',
      'The row is not an object: "nonsense"',
    ]);
  });

  it('tell how an id is written that has blanks around it', async () => {
    const body = ['A3', ' A3'].map((id) => ({ CustomerID: id, TemplateID: 1, ScheduledTime: '2026-05-04 16:00:00' }));
    const read = await open((_call, index) => ({ body: index === 0 ? body : [] }));
    const [page] = await collect(read());
    expect(page?.rows.map(({ customerId, writtenId }) => [customerId, writtenId])).toEqual([
      ['A3', undefined],
      ['A3', ' A3'],
    ]);
  });

  it('that could not be stored are kept as malformed, and cost only themselves', async () => {
    const body = [
      row(1, { CustomerID: 'A'.repeat(256) }),
      row(2, { CustomerID: 'A\u0000' }),
      row(3, { CustomerAttributes: ['\ud800'] }),
      row(4, { CustomerAttributes: ['x'.repeat(70_000)] }),
      row(5, { CustomerAttributes: ['😀'] }),
    ].map((each) => ({ CustomerAttributes: [''], ...each }));
    const read = await open((_call, index) => ({ body: index === 0 ? body : [] }));
    const [page] = await collect(read({ attributes: ['FirstName'] }));
    expect(page?.rows.map(({ customerId }) => customerId)).toEqual(['A5']);
    expect(page?.malformed).toHaveLength(4);
    expect(page?.malformed.every(({ raw }) => !raw.includes('\u0000') && !/\p{Surrogate}/u.test(raw))).toBe(true);
  });

  it('stream: a million rows leave no more behind than the first pages did', async () => {
    const pageSize = 10_000;
    const read = await open(list(1_000_000, pageSize));
    let count = 0;
    let early = 0;
    for await (const page of read({ pageSize })) {
      count += page.rows.length;
      if (count === 10 * pageSize) early = heapInUse();
    }
    expect(count).toBe(1_000_000);
    expect(heapInUse() - early).toBeLessThan(20 * 1024 * 1024);
  }, 60_000);
});
