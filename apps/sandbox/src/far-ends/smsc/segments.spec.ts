import { TextJoiner } from './segments';

describe('joining the parts of texts', () => {
  const part = (reference: number, number: number) => ({
    reference,
    total: 2,
    number,
    text: `${reference}/${number} `,
  });

  it('keeps apart texts of different senders with the same reference', () => {
    const joiner = new TextJoiner();
    expect(joiner.add(part(7, 1), { sender: 'a', messageId: 'm1' })).toBeNull();
    expect(joiner.add(part(7, 2), { sender: 'b', messageId: 'm2' })).toBeNull();
    expect(joiner.add(part(7, 2), { sender: 'a', messageId: 'm3' })).toEqual({
      text: '7/1 7/2 ',
      parts: 2,
      messageId: 'm1',
    });
  });

  it('does not take a part sent twice for the missing one', () => {
    const joiner = new TextJoiner();
    joiner.add(part(7, 1), { sender: 'a', messageId: 'm1' });
    expect(joiner.add(part(7, 1), { sender: 'a', messageId: 'm2' })).toBeNull();
  });

  it('gives up the oldest unfinished text when too many wait', () => {
    const joiner = new TextJoiner();
    for (let number = 0; number <= 10_000; number += 1) joiner.add(part(number, 1), { sender: 'a', messageId: 'm' });
    expect(joiner.add(part(0, 2), { sender: 'a', messageId: 'm' })).toBeNull();
    expect(joiner.add(part(10_000, 2), { sender: 'a', messageId: 'm' })).toMatchObject({ parts: 2 });
  });
});
