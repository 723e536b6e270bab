import { RehearsalCounter } from './rehearsal';

const person = { seq: 1, reason: null, isMatched: true, numberProblem: null, messages: [], missingFields: [] };

describe('RehearsalCounter', () => {
  it('keeps received equal to the sum of the end states', () => {
    const counter = new RehearsalCounter();
    counter.addDropped('MALFORMED', 2);
    counter.addDropped('DUPLICATE', 1);
    counter.add({ ...person, state: 'SENT', messages: [{ medium: 'SMS', smsParts: 3 }] });
    counter.add({ ...person, state: 'PROFILE_NOT_FOUND', isMatched: false });
    counter.add({ ...person, state: 'NOT_PERSONALISED', missingFields: ['Bonus', 'City'], numberProblem: 'too short' });
    const sums = counter.sums(0.055);
    expect(sums).toMatchObject({ received: 6, matched: 2, badNumbers: 1, smsParts: 3, smsCost: 0.165 });
    expect(sums.endStates.reduce((sum, { count }) => sum + count, 0)).toBe(sums.received);
    expect(sums.missingFields).toEqual([
      { field: 'Bonus', customers: 1 },
      { field: 'City', customers: 1 },
    ]);
  });

  it('has no cost without a price', () => {
    expect(new RehearsalCounter().sums(null).smsCost).toBeNull();
  });
});
