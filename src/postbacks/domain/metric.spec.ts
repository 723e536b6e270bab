import { valueToPost, waitSeconds } from './metric';

const owed = {
  id: '1',
  optimoveCampaignId: '20417',
  optimoveChannelId: 506,
  optimoveTemplateId: '7731',
  metric: 'SENT' as const,
  owedValue: 925,
  acknowledgedValue: 900,
  uncertainValue: 0,
  tries: 0,
};

describe('the value to post', () => {
  it('is the total, or what came since the acknowledged one', () => {
    expect([valueToPost(owed, 'ABSOLUTE'), valueToPost(owed, 'DELTA')]).toEqual([925, 25]);
  });

  it('leaves out what may have counted already, where values add up', () => {
    const doubted = { ...owed, uncertainValue: 10 };
    expect([valueToPost(doubted, 'ABSOLUTE'), valueToPost(doubted, 'DELTA')]).toEqual([925, 15]);
  });
});

describe('the wait after failed tries', () => {
  it('doubles up to ten minutes', () => {
    expect([1, 2, 3, 8, 20].map(waitSeconds)).toEqual([30, 60, 120, 600, 600]);
  });
});
