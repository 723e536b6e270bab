import type { ChangePage } from './changers';
import { createOptimoveClient } from './client';
import { OptimoveRejectedError, OptimoveUnavailableError } from './errors';
import { openPeer, type Peer, type PeerAnswer } from './peer.fixture';

describe('attribute changes', () => {
  let peer: Peer;
  let answer: PeerAnswer;
  const lanes: string[] = [];

  beforeAll(async () => {
    peer = await openPeer(() => answer);
  });
  afterAll(() => peer.close());

  const client = () =>
    createOptimoveClient({
      endpoint: peer.endpoint,
      apiKey: 'key',
      backoffMs: 1,
      budget: {
        take: async (lane) => {
          lanes.push(lane);
        },
      },
    });

  async function read(userIdAttribute: string | null = null): Promise<ChangePage> {
    const all: ChangePage = { changes: [], unreadable: [] };
    for await (const page of client().attributeChanges({ attribute: 'gamStop', userIdAttribute })) {
      all.changes.push(...page.changes);
      all.unreadable.push(...page.unreadable);
    }
    return all;
  }

  it('come in both spellings, with null and NULL alike, on the lane of suppression', async () => {
    answer = {
      body: [
        { CustomerID: '1', InitialCustomerAttribute: null, FinalCustomerAttribute: 'true', CustomerAttributes: ['u1'] },
        { CustomerID: 2, InitialCustomerAttribute: 'true', FinalCustomerAttribute: null, CustomerAttributes: [null] },
        { CustomerID: '3', InitialCustomerAttributes: 'NULL', FinalCustomerAttributes: ['false'] },
        { CustomerID: '4', InitialCustomerAttributes: ['x'], FinalCustomerAttributes: ['NULL'] },
      ],
    };
    const { changes } = await read('PlayerId');
    expect(changes).toEqual([
      { customerId: '1', value: 'true', userIdValue: 'u1' },
      { customerId: '2', value: null, userIdValue: null },
      { customerId: '3', value: 'false', userIdValue: null },
      { customerId: '4', value: null, userIdValue: null },
    ]);
    expect(peer.calls.at(-1)?.query).toEqual({
      ChangedCustomerAttribute: 'gamStop',
      CustomerAttributes: 'PlayerId',
      CustomerAttributesDelimiter: ';',
    });
    expect(lanes.at(-1)).toBe('suppression');
  });

  it('are of the customers that are written, blanks and all', async () => {
    answer = { body: ['7', '7 ', '\u00a07', ' '].map((id) => ({ CustomerID: id, FinalCustomerAttribute: 'x' })) };
    const { changes, unreadable } = await read();
    expect(changes.map(({ customerId }) => customerId)).toEqual(['7', '7 ', '\u00a07']);
    expect(unreadable.map(({ reason }) => reason)).toEqual(['CustomerID is missing']);
  });

  it('that cannot be read are kept with the reason and cost nobody else', async () => {
    answer = {
      body: [
        { FinalCustomerAttribute: 'x' },
        { CustomerID: '7' },
        [],
        { CustomerID: '8', FinalCustomerAttribute: 'y' },
      ],
    };
    const { changes, unreadable } = await read();
    expect(changes.map(({ customerId }) => customerId)).toEqual(['8']);
    expect(unreadable.map(({ reason }) => reason)).toEqual([
      'CustomerID is missing',
      'FinalCustomerAttribute is missing',
      'The row is not an object',
    ]);
  });

  it('end with an error when the answer is refused or cut', async () => {
    answer = { status: 400, body: 'The attribute gamStop is not allowed' };
    await expect(read()).rejects.toThrow(OptimoveRejectedError);
    answer = { text: '[{"CustomerID":"1","FinalCustomerAttribute":"tr' };
    await expect(read()).rejects.toThrow(OptimoveUnavailableError);
  });

  it('the day of the data is read from the date', async () => {
    answer = { body: { Date: '2026-05-04T00:00:00' } };
    expect(await client().getLastDataUpdate()).toBe('2026-05-04');
  });
});
