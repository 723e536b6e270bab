import { type ChannelListing, chooseChannel, type WantedChannel } from './channel-choice';

const channels = [
  { id: 506, name: 'Xtremepush' },
  { id: 508, name: 'Xtremepush Webpush' },
  { id: 601, name: 'Twin' },
  { id: 602, name: 'twin' },
];
const listed: ChannelListing = { channels, problem: null };
const notListed: ChannelListing = { channels: null, problem: 'Optimove is away' };

describe('choosing an Optimove channel', () => {
  const chosen: [string, WantedChannel, ChannelListing, { id: number; name: string }][] = [
    ['the usual name of the kind', { kind: 'WEB_PUSH' }, listed, { id: 508, name: 'Xtremepush Webpush' }],
    ['a typed name', { kind: 'TRIGGERED', name: 'XTREMEPUSH' }, listed, { id: 506, name: 'Xtremepush' }],
    ['a typed number', { kind: 'TRIGGERED', optimoveChannelId: 601 }, listed, { id: 601, name: 'Twin' }],
    [
      'a number with a name of ours',
      { kind: 'TRIGGERED', optimoveChannelId: 601, name: 'A' },
      listed,
      { id: 601, name: 'A' },
    ],
    [
      'a number where nothing is listed',
      { kind: 'WEB_PUSH', optimoveChannelId: 9 },
      notListed,
      { id: 9, name: 'Xtremepush Webpush' },
    ],
    [
      '444 for subscription without asking',
      { kind: 'SMS_SUBSCRIPTION' },
      notListed,
      { id: 444, name: 'Xtremepush SMS' },
    ],
  ];
  it.each(chosen)('takes %s', (_what, wanted, listing, channel) => {
    expect(chooseChannel(wanted, listing)).toEqual({ channel });
  });

  const refused: [string, WantedChannel, ChannelListing, string, string][] = [
    ['an unknown number', { kind: 'WEB_PUSH', optimoveChannelId: 1 }, listed, 'UNKNOWN_CHANNEL', 'optimoveChannelId'],
    ['an unknown name', { kind: 'WEB_PUSH', name: 'None' }, listed, 'UNKNOWN_CHANNEL', 'name'],
    ['a usual name that is not there', { kind: 'TRIGGERED' }, listed, 'UNKNOWN_CHANNEL', 'optimoveChannelId'],
    [
      'a name that two channels have',
      { kind: 'WEB_PUSH', name: 'Twin' },
      listed,
      'UNKNOWN_CHANNEL',
      'optimoveChannelId',
    ],
    [
      'a name where nothing is listed',
      { kind: 'WEB_PUSH', name: 'Twin' },
      notListed,
      'UNKNOWN_CHANNEL',
      'optimoveChannelId',
    ],
    [
      '444 for sending',
      { kind: 'TRIGGERED', optimoveChannelId: 444 },
      notListed,
      'SUBSCRIPTION_CHANNEL',
      'optimoveChannelId',
    ],
    [
      'another number for subscription',
      { kind: 'SMS_SUBSCRIPTION', optimoveChannelId: 506 },
      listed,
      'SUBSCRIPTION_CHANNEL',
      'optimoveChannelId',
    ],
    [
      '444 that the account does not have',
      { kind: 'SMS_SUBSCRIPTION' },
      listed,
      'UNKNOWN_CHANNEL',
      'optimoveChannelId',
    ],
  ];
  it.each(refused)('refuses %s', (_what, wanted, listing, code, field) => {
    expect(chooseChannel(wanted, listing)).toMatchObject({ problem: { code, path: [field] } });
  });
});
