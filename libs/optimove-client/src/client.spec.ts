import { createOptimoveClient, type OptimoveClient } from './client';
import {
  OptimoveRateLimitedError,
  OptimoveRejectedError,
  OptimoveUnauthorizedError,
  OptimoveUnavailableError,
  OptimoveUnexpectedAnswerError,
} from './errors';
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

  it('gives up on a silent server', async () => {
    const silent = new Promise<never>(() => undefined);
    const client = await connect(() => ({ body: [] }), 300);
    await peer.close();
    peer = await openPeer(() => ({ body: [] }));
    const error = await failureOf(Promise.race([client.getChannelTemplates(506), silent]));
    expect(error).toBeInstanceOf(OptimoveUnavailableError);
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

  it('writes templates and listeners in the documented shape', async () => {
    const client = await connect(() => ({}));
    await client.addChannelTemplates(506, [{ templateId: '7731', name: 'Spring push' }]);
    await client.deleteChannelTemplates([{ channelId: 506, templateId: '7731' }]);
    await client.registerEventListener({ eventTypeId: 13, listenerUrl: 'https://example.com/x', channelId: 506 });
    expect(peer.calls.map(({ path, query, body }) => ({ path, query, body }))).toEqual([
      {
        path: '/current/integrations/AddChannelTemplates',
        query: { ChannelID: '506' },
        body: [{ TemplateID: 7731, TemplateName: 'Spring push' }],
      },
      { path: '/current/integrations/DeleteChannelTemplates', query: {}, body: [{ ChannelID: 506, TemplateID: 7731 }] },
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
    expect(() => client.updateCampaignMetrics({ rows: Array(101).fill(row) })).toThrow('At most 100');
  });
});
