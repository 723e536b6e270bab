import { createOptimoveClient, type OptimoveClient } from './client';
import {
  OptimoveRateLimitedError,
  OptimoveRejectedError,
  OptimoveUnauthorizedError,
  OptimoveUnavailableError,
  OptimoveUnexpectedAnswerError,
} from './errors';
import { eventIds } from './interactions';
import { openPeer, type Peer, type PeerAnswer } from './peer.fixture';

const apiKey = 'key-that-nobody-may-see';

describe('the Optimove client', () => {
  let peer: Peer;
  let taken: string[];

  const connect = async (
    answer: (index: number, path: string) => PeerAnswer,
    timeoutMs = 2_000,
  ): Promise<OptimoveClient> => {
    peer = await openPeer((call, index) => answer(index, call.path));
    taken = [];
    const budget = { take: async (lane: string) => void taken.push(lane) };
    return createOptimoveClient({ endpoint: peer.endpoint, apiKey, budget, backoffMs: 1, timeoutMs });
  };
  const failureOf = (work: Promise<unknown>): Promise<Error & { retryable?: boolean }> =>
    work.then(
      () => {
        throw new Error('It did not fail');
      },
      (error: Error) => error,
    );
  afterEach(() => peer.close());

  it.each([
    [400, OptimoveRejectedError, false, 1],
    [401, OptimoveUnauthorizedError, false, 1],
    [403, OptimoveUnauthorizedError, false, 1],
    [404, OptimoveRejectedError, false, 1],
    [405, OptimoveRejectedError, false, 1],
    [408, OptimoveUnavailableError, true, 4],
    [425, OptimoveUnavailableError, true, 4],
    [429, OptimoveRateLimitedError, true, 4],
    [500, OptimoveUnavailableError, true, 4],
    [503, OptimoveUnavailableError, true, 4],
  ])(
    '%i becomes its class, says whether a retry makes sense, and is tried so often',
    async (status, type, retryable, tries) => {
      const client = await connect(() => ({ status, body: `Refused ${apiKey}` }));
      const error = await failureOf(client.getCampaignDetails('1'));
      expect(error).toBeInstanceOf(type);
      expect(error.retryable).toBe(retryable);
      expect(peer.calls).toHaveLength(tries);
      expect(taken).toHaveLength(tries);
    },
  );

  it('sends the key as a header and nowhere else', async () => {
    const client = await connect(() => ({ status: 400, body: 'CampaignID is wrong' }));
    const error = await failureOf(client.getCampaignDetails('1'));
    expect(peer.calls[0]?.headers['x-api-key']).toBe(apiKey);
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(apiKey);
    expect(error.message).toContain('CampaignID is wrong');
  });

  it('takes a 200 with a bare string for the error that it is', async () => {
    const client = await connect(() => ({ body: 'Campaign is not ready' }));
    const error = await failureOf(client.getExecutedCampaignChannelDetails({ campaignId: '1', channelId: 506 }));
    expect(error).toBeInstanceOf(OptimoveUnexpectedAnswerError);
    expect(error.message).toContain('Campaign is not ready');
  });

  it('takes a 200 with a page for people for a gateway on the way, and asks again', async () => {
    const page = { text: '\n<!DOCTYPE html><html><body>c1@example.com: back in a minute</body></html>' };
    const client = await connect((index) => (index < 2 ? page : { body: [] }));
    expect(await client.getChannelTemplates(506)).toEqual([]);
    expect(taken).toEqual(['control', 'control', 'control']);
    await peer.close();
    const error = await failureOf((await connect(() => page)).getChannelTemplates(506));
    expect(error).toBeInstanceOf(OptimoveUnavailableError);
    expect(error.message).toBe('integrations/GetChannelTemplates was answered with a page for people');
  });

  it('reads an answer with a byte order mark in front', async () => {
    const client = await connect(() => ({ text: '\uFEFF[{"TemplateID": 7731, "TemplateName": "Spring push"}]' }));
    expect(await client.getChannelTemplates(506)).toEqual([{ templateId: '7731', name: 'Spring push' }]);
  });

  it('takes an object where a list belongs for an error', async () => {
    const client = await connect(() => ({ body: { Message: 'No' } }));
    expect(await failureOf(client.getChannelTemplates(506))).toBeInstanceOf(OptimoveUnexpectedAnswerError);
  });

  it('tries again after a cut answer, a cut connection and a busy server', async () => {
    const answers: PeerAnswer[] = [
      { text: '[{"ChannelID": 5' },
      null,
      { status: 503 },
      { body: [{ ChannelID: 506, ChannelName: 'Xtremepush' }] },
    ];
    const client = await connect((index) => answers[index] ?? null);
    expect(await client.getExecutionChannels()).toEqual([{ id: 506, name: 'Xtremepush' }]);
    expect(taken).toEqual(['control', 'control', 'control', 'control']);
  });

  it('reads both spellings of channels and says when the key may not list them', async () => {
    const both = await connect(() => ({
      body: [
        { ChannelId: 506, ChannelName: 'A' },
        { ChannelID: '510', ChannelName: 'B' },
      ],
    }));
    expect(await both.getExecutionChannels()).toEqual([
      { id: 506, name: 'A' },
      { id: 510, name: 'B' },
    ]);
    await peer.close();
    const none = await connect(() => ({ status: 403, body: 'Forbidden' }));
    expect(await none.getExecutionChannels()).toBeNull();
  });

  it('checks access with a second function where the first is broken, and believes a refused key at once', async () => {
    const sandbox = await connect((_index, path) =>
      path.endsWith('GetLastDataUpdate') ? { status: 404 } : { body: [] },
    );
    await expect(sandbox.checkAccess()).resolves.toBeUndefined();
    await peer.close();
    const refused = await connect(() => ({ status: 401, body: 'Unauthorized' }));
    expect(await failureOf(refused.checkAccess())).toBeInstanceOf(OptimoveUnauthorizedError);
    expect(peer.calls).toHaveLength(1);
  });

  const what = { campaignId: '20417', channelId: 506, templateId: '7731' };
  const interaction = { ...what, eventId: eventIds.opened, date: '2026-05-04', customerIds: ['A1'] };
  it.each<[string, (client: OptimoveClient, lastWord: () => Promise<void>) => Promise<void>]>([
    [
      'states',
      (client, lastWord) =>
        client.setCustomerChannelPreference({ channelId: 506, customerIds: ['A1'], mode: 1, appId: null, lastWord }),
    ],
    [
      'metrics',
      (client, lastWord) => client.updateCampaignMetrics({ rows: [{ ...what, metricId: 0, value: 1 }], lastWord }),
    ],
    ['interactions', (client, lastWord) => client.updateCampaignInteractions({ ...interaction, lastWord })],
  ])('asks for the last word once the budget lets a post of %s go, and keeps it where that is no', async (_, send) => {
    const client = await connect(() => ({}));
    const asked: string[][] = [];
    await send(client, async () => void asked.push([...taken]));
    expect([asked, peer.calls.length]).toEqual([[['metrics']], 1]);
    const refusal = new Error('Not any more');
    expect(await failureOf(send(client, () => Promise.reject(refusal)))).toBe(refusal);
    expect(peer.calls).toHaveLength(1);
  });

  it('writes templates and listeners in the documented shape', async () => {
    const client = await connect(() => ({}));
    await client.addChannelTemplates(506, [{ templateId: '7731', name: 'Spring push' }]);
    await client.deleteChannelTemplates([{ channelId: 506, templateId: '7731' }]);
    await client.addChannelApps(506, [{ appId: 'app-9', name: 'Casino iOS' }]);
    await client.addChannelTemplates(506, [{ templateId: '7732', name: 'For the app', appId: 'app-9' }]);
    await client.deleteChannelApps([{ channelId: 506, appId: 'app-9' }]);
    await client.registerEventListener({ eventTypeId: 13, listenerUrl: 'https://example.com/x', channelId: 506 });
    expect(peer.calls.map(({ path, query, body }) => ({ path, query, body }))).toEqual([
      {
        path: '/current/integrations/AddChannelTemplates',
        query: { ChannelID: '506' },
        body: [{ TemplateID: 7731, TemplateName: 'Spring push' }],
      },
      { path: '/current/integrations/DeleteChannelTemplates', query: {}, body: [{ ChannelID: 506, TemplateID: 7731 }] },
      {
        path: '/current/integrations/AddChannelApps',
        query: { ChannelID: '506' },
        body: [{ AppID: 'app-9', AppName: 'Casino iOS' }],
      },
      {
        path: '/current/integrations/AddChannelTemplates',
        query: { ChannelID: '506' },
        body: [{ TemplateID: 7732, TemplateName: 'For the app', AppID: 'app-9' }],
      },
      { path: '/current/integrations/DeleteChannelApps', query: {}, body: [{ ChannelID: 506, AppID: 'app-9' }] },
      {
        path: '/current/general/RegisterEventListener',
        query: {},
        body: { EventTypeID: 13, ListenerURL: 'https://example.com/x', ChannelID: 506 },
      },
    ]);
  });

  it('ignores that a listener to remove is not there', async () => {
    const client = await connect(() => ({ status: 404, body: 'Not Found' }));
    await expect(client.unregisterEventListener({ eventTypeId: 13, channelId: 506 })).resolves.toBeUndefined();
  });

  it('posts metrics once, whatever happens, and refuses more than 100', async () => {
    const client = await connect(() => ({ status: 503 }));
    const row = { campaignId: '20417', channelId: 506, templateId: '7731', metricId: 0, value: 925 };
    expect(await failureOf(client.updateCampaignMetrics({ rows: [row] }))).toBeInstanceOf(OptimoveUnavailableError);
    expect(peer.calls).toHaveLength(1);
    expect(peer.calls[0]?.body).toEqual([
      { ChannelID: 506, CampaignID: 20417, TemplateID: 7731, MetricID: 0, MetricValue: 925 },
    ]);
    expect(taken).toEqual(['metrics']);
    await expect(client.updateCampaignMetrics({ rows: Array(101).fill(row) })).rejects.toThrow('At most 100');
    expect(peer.calls).toHaveLength(1);
  });

  it.each<[string, (client: OptimoveClient) => Promise<void>]>([
    [
      'registers a listener',
      (client) => client.registerEventListener({ eventTypeId: 4, listenerUrl: 'https://x.test' }),
    ],
    ['removes a listener', (client) => client.unregisterEventListener({ eventTypeId: 4 })],
    ['adds templates', (client) => client.addChannelTemplates(506, [{ templateId: '1', name: 'Spring push' }])],
    ['deletes templates', (client) => client.deleteChannelTemplates([{ channelId: 506, templateId: '1' }])],
  ])('%s again after a fault, because doing it twice changes nothing', async (_name, write) => {
    const client = await connect((index) => (index === 0 ? { status: 503 } : {}));
    await write(client);
    expect(peer.calls).toHaveLength(2);
    expect(taken).toEqual(['control', 'control']);
  });

  it('refuses more than 100 templates before anything is sent', async () => {
    const client = await connect(() => ({}));
    const template = { templateId: '1', name: 'Spring push' };
    await expect(client.addChannelTemplates(506, Array(101).fill(template))).rejects.toThrow('At most 100');
    await expect(client.deleteChannelTemplates(Array(101).fill({ channelId: 506, templateId: '1' }))).rejects.toThrow(
      'At most 100',
    );
    expect(peer.calls).toHaveLength(0);
  });

  it('reads templates, listeners, campaigns and executed campaigns in every documented spelling', async () => {
    const answers: Record<string, unknown> = {
      GetChannelTemplates: [{ TemplateID: 7731, TemplateName: 'Spring push' }],
      GetRegisteredEventListeners: [{ EventTypeID: 13, ChannelID: 506, ListenerURL: 'https://example.com/x' }],
      GetCampaignDetails: { Status: 'Successful', CampaignType: 'Test/Control', IsRecurrence: 'true', Tags: ['a'] },
      GetExecutedCampaignsByChannel: [{ CampaignID: 20417 }, { campaignId: 'b1f09' }],
      GetExecutedCampaignChannelDetails: [
        { ListID: 12, SendID: 'K7', TemplateID: 7731, ScheduledTime: '2026-05-04 16:00:00' },
        { SendID: '', TemplateID: '7732', ScheduleTime: '2026-05-04 17:00:00' },
      ],
    };
    const client = await connect((_index, path) => ({ body: answers[path.split('/').at(-1) ?? ''] }));
    expect(await client.getChannelTemplates(506)).toEqual([{ templateId: '7731', name: 'Spring push' }]);
    expect(await client.getRegisteredEventListeners()).toEqual([
      { eventTypeId: '13', channelId: '506', listenerUrl: 'https://example.com/x' },
    ]);
    expect(await client.getCampaignDetails('20417')).toEqual({
      status: 'Successful',
      campaignType: 'Test/Control',
      isRecurrence: true,
      tags: ['a'],
    });
    expect(await client.getExecutedCampaignsByChannel({ channelId: 506, date: '2026-05-04' })).toEqual([
      '20417',
      'b1f09',
    ]);
    expect(peer.calls.at(-1)?.query).toEqual({ ChannelID: '506', Date: '2026-05-04' });
    expect(await client.getExecutedCampaignChannelDetails({ campaignId: '20417', channelId: 506 })).toEqual([
      { templateId: '7731', scheduledTime: '2026-05-04 16:00:00' },
      { templateId: '7732', scheduledTime: '2026-05-04 17:00:00' },
    ]);
    expect(peer.calls.at(-1)?.query).toEqual({ CampaignID: '20417', ChannelID: '506' });
  });
});
