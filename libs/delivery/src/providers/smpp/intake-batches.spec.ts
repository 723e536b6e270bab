import type { Receipt } from '../../contract';
import { IntakeBatches } from './intake-batches';

const receipt = (id: number): Receipt => ({
  providerMessageId: `m${id}`,
  status: 'DELIVERED',
  code: 'DELIVRD',
  occurredAt: new Date(0),
});

describe('receipts in batches', () => {
  it('stores at most 500 at a time, one batch after the other, in their order', async () => {
    const stored: string[][] = [];
    let atWork = 0;
    const batches = new IntakeBatches<Receipt>(async (receipts) => {
      atWork += 1;
      expect(atWork).toBe(1);
      await Promise.resolve();
      stored.push(receipts.map(({ providerMessageId }) => providerMessageId));
      atWork -= 1;
    });
    const answers = Array.from({ length: 1_200 }, (_, index) => batches.add(receipt(index)));
    await batches.drain();
    expect(await Promise.all(answers)).toEqual(Array(1_200).fill(true));
    expect(stored.map(({ length }) => length)).toEqual([500, 500, 200]);
    expect(stored.flat()).toEqual(Array.from({ length: 1_200 }, (_, index) => `m${index}`));
  });

  it('refuses those whose batch could not be stored, and goes on with the next', async () => {
    let isAway = true;
    const batches = new IntakeBatches<Receipt>(() => (isAway ? Promise.reject(new Error('away')) : Promise.resolve()));
    const lost = batches.add(receipt(1));
    await batches.drain();
    expect(await lost).toBe(false);
    isAway = false;
    const kept = batches.add(receipt(2));
    await batches.drain();
    expect(await kept).toBe(true);
  });
});
