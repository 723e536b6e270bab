import { valueToPost, waitSeconds } from './metric';

const owed = {
  id: '1',
  optimoveCampaignId: '20417',
  optimoveChannelId: 506,
  optimoveTemplateId: '7731',
  metric: 'SENT' as const,
  owedValue: 925,
  acknowledgedValue: 900,
  tries: 0,
};

describe('the value to post', () => {
  it('is the total, or what came since the acknowledged one', () => {
    expect([valueToPost(owed, 'ABSOLUTE'), valueToPost(owed, 'DELTA')]).toEqual([925, 25]);
  });
});

describe('the wait after failed tries', () => {
  it('doubles up to an hour', () => {
    expect([1, 2, 3, 8, 20].map(waitSeconds)).toEqual([30, 60, 120, 3600, 3600]);
  });
});
