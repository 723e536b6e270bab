import { AddressBook } from './address-book';

describe('counting messages per address', () => {
  it('lists addresses in the order of first arrival with their counts', () => {
    const book = new AddressBook();
    for (const address of ['ü@example.com', 'b@example.com', 'ü@example.com']) book.add(address);
    expect([...book.entries()]).toEqual([
      { address: 'ü@example.com', count: 2 },
      { address: 'b@example.com', count: 1 },
    ]);
    expect(book.size).toBe(2);
  });

  it('lists every one of many addresses, long ones too', () => {
    const book = new AddressBook();
    const long = 'x'.repeat(400_000);
    for (let number = 0; number < 20_000; number += 1) book.add(`device-${number}-${'y'.repeat(40)}`);
    book.add(long);
    book.add(`device-19999-${'y'.repeat(40)}`);
    const entries = [...book.entries()];
    expect(entries).toHaveLength(20_001);
    expect(entries.at(-1)).toEqual({ address: long, count: 1 });
    expect(entries.at(-2)).toEqual({ address: `device-19999-${'y'.repeat(40)}`, count: 2 });
  });
});
