import { funnelTable } from './funnel';

const funnel = {
  received: 1203,
  ended: 1203,
  sent: 1200,
  endStates: [
    { state: 'NOT_SUBSCRIBED', count: 3 },
    { state: 'SENT', count: 1200 },
    { state: 'FAILED', count: 0 },
  ],
  deliveries: [
    { medium: 'MOBILE_PUSH', state: 'ACCEPTED', count: 1200 },
    { medium: 'SMS', state: 'ACCEPTED', count: 7 },
  ],
};

describe('the funnel of the demo', () => {
  it('shows every end that somebody came to, the largest first, and their sum', () => {
    const lines = funnelTable(funnel, 1203)
      .split('\n')
      .map((line) => line.trim().replace(/ +/g, ' '));

    expect(lines).toEqual([
      'Customers Optimove named 1,203',
      expect.stringMatching('──'),
      'Sent 1,200',
      'Not subscribed 3',
      expect.stringMatching('──'),
      'Sum 1,203',
      '',
      'Messages',
      'Mobile push, Accepted 1,200',
      'SMS, Accepted 7',
    ]);
  });

  it.each([1202, 1204])('is refused when %i were announced and 1203 ended', (announced) => {
    expect(() => funnelTable(funnel, announced)).toThrow('does not add up');
  });
});
