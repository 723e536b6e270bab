import { createOptimoveClient, type OptimoveClient } from './client';
import {
  OptimoveRateLimitedError,
  OptimoveRejectedError,
  OptimoveUnauthorizedError,
  OptimoveUnavailableError,
  OptimoveUnexpectedAnswerError,
} from './errors';
import { openPeer, type Peer, type PeerAnswer } from './peer.fixture';
import type { TransportOptions } from './transport';

const apiKey = 'key-that-nobody-may-see';

describe('a call to Optimove', () => {
  const opened: Peer[] = [];
  const open = async (answer: (index: number) => PeerAnswer): Promise<Peer> => {
    const peer = await openPeer((_call, index) => answer(index));
    opened.push(peer);
    return peer;
  };
  const clientOf = (peer: Peer, options: Partial<TransportOptions> = {}): OptimoveClient =>
    createOptimoveClient({
      endpoint: peer.endpoint,
      apiKey,
      budget: { take: async () => undefined },
      backoffMs: 1,
      ...options,
    });
  const failureOf = (work: Promise<unknown>): Promise<Error> =>
    work.then(
      () => {
        throw new Error('It did not fail');
      },
      (error: Error) => error,
    );
  /** Everything that a log could show of an error. */
  const shown = (error: Error): string => {
    const cause = error.cause as Error | undefined;
    return [error.message, error.stack, JSON.stringify(error), cause?.message, cause?.stack].join('\n');
  };
  afterEach(() => Promise.all(opened.splice(0).map((peer) => peer.close())));

  it.each(['', '/'])('goes to the same function whether the endpoint ends with a slash or not: "%s"', async (end) => {
    const peer = await open(() => ({ body: [] }));
    await clientOf(peer, { endpoint: `${peer.endpoint.replace(/\/$/, '')}${end}` }).getChannelTemplates(506);
    expect(peer.calls[0]).toMatchObject({
      method: 'GET',
      path: '/current/integrations/GetChannelTemplates',
      query: { ChannelID: '506' },
      headers: { 'x-api-key': apiKey, accept: 'application/json' },
    });
  });

  it.each([301, 302, 307, 308])('never follows a redirect, so that the key goes nowhere else: %d', async (status) => {
    const elsewhere = await open(() => ({ body: [] }));
    const peer = await open(() => ({ status, headers: { location: elsewhere.endpoint } }));
    expect(await failureOf(clientOf(peer).getChannelTemplates(506))).toBeInstanceOf(OptimoveRejectedError);
    expect(peer.calls).toHaveLength(1);
    expect(elsewhere.calls).toHaveLength(0);
  });

  it.each<[string, PeerAnswer]>([
    ['never answers', 'silence'],
    ['stops in the middle of an answer', { text: '[{"TemplateID": 1', isStalling: true }],
  ])('ends when Optimove %s', async (_name, answer) => {
    const peer = await open(() => answer);
    const client = clientOf(peer, { timeoutMs: 100, retries: 1 });
    expect(await failureOf(client.getChannelTemplates(506))).toBeInstanceOf(OptimoveUnavailableError);
    expect(peer.calls).toHaveLength(2);
  });

  it('ends when nobody listens', async () => {
    const peer = await open(() => null);
    await peer.close();
    const error = await failureOf(clientOf(peer, { retries: 0 }).getChannelTemplates(506));
    expect(error).toBeInstanceOf(OptimoveUnavailableError);
    expect(error.message).toContain('ECONNREFUSED');
  });

  it.each([
    ['too many calls', 429],
    ['a busy server', 503],
  ])('waits as long as Optimove asks after %s', async (_name, status) => {
    const peer = await open((index) => (index === 0 ? { status, headers: { 'retry-after': '1' } } : { body: [] }));
    const start = performance.now();
    await clientOf(peer).getChannelTemplates(506);
    expect(performance.now() - start).toBeGreaterThanOrEqual(950);
    expect(peer.calls).toHaveLength(2);
  });

  it('leaves a long wait to the caller and says how long it is', async () => {
    const peer = await open(() => ({ status: 429, headers: { 'retry-after': '120' } }));
    const error = await failureOf(clientOf(peer).getChannelTemplates(506));
    expect(error).toBeInstanceOf(OptimoveRateLimitedError);
    expect(error).toMatchObject({ retryable: true, retryAfterMs: 120_000 });
    expect(peer.calls).toHaveLength(1);
  });

  it.each([
    ['a date', () => new Date(Date.now() + 60_000).toUTCString(), 55_000, 60_000],
    ['a date that is over', () => 'Mon, 04 May 2020 05:04:54 GMT', 0, 0],
  ])('reads a wait that is given as %s', async (_name, retryAfter, least, most) => {
    const peer = await open(() => ({ status: 429, headers: { 'retry-after': retryAfter() } }));
    const error = await failureOf(clientOf(peer, { retries: 0 }).getChannelTemplates(506));
    const { retryAfterMs } = error as OptimoveRateLimitedError;
    expect(retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(retryAfterMs).toBeLessThanOrEqual(most);
  });

  it.each([{}, { 'retry-after': 'soon' }])('knows of no wait where none can be read: %j', async (headers) => {
    const peer = await open(() => ({ status: 429, headers }));
    const error = await failureOf(clientOf(peer, { retries: 0 }).getChannelTemplates(506));
    expect(error).toMatchObject({ retryAfterMs: null });
  });

  it('sends nothing before the budget allows it', async () => {
    const peer = await open(() => ({ body: [] }));
    let allow = (): void => undefined;
    const allowed = new Promise<void>((resolve) => {
      allow = resolve;
    });
    const call = clientOf(peer, { budget: { take: () => allowed } }).getChannelTemplates(506);
    expect(peer.calls).toHaveLength(0);
    allow();
    await call;
    expect(peer.calls).toHaveLength(1);
  });

  it('is not made when the budget fails', async () => {
    const peer = await open(() => ({ body: [] }));
    const budget = { take: () => Promise.reject(new Error('no database')) };
    expect((await failureOf(clientOf(peer, { budget }).getChannelTemplates(506))).message).toBe('no database');
    expect(peer.calls).toHaveLength(0);
  });

  it('reports every answer, refused ones too', async () => {
    const seen: number[] = [];
    const peer = await open((index) => (index === 0 ? { status: 500 } : { body: [] }));
    await clientOf(peer, { onAnswer: (status) => void seen.push(status) }).getChannelTemplates(506);
    expect(seen).toEqual([500, 200]);
  });

  it('with a key that cannot be a header is no trouble of the network', async () => {
    const peer = await open(() => ({ body: [] }));
    const error = await failureOf(clientOf(peer, { apiKey: 'secret\nkey' }).getChannelTemplates(506));
    expect(error).not.toBeInstanceOf(OptimoveUnavailableError);
    expect(shown(error)).not.toContain('secret');
    expect(peer.calls).toHaveLength(0);
  });

  describe('that fails says what Optimove said', () => {
    it.each([
      ['a JSON string', { body: 'CampaignID is wrong' }],
      ['a plain text', { text: 'CampaignID is wrong' }],
      ['an object', { body: { status: 400, error: 'Bad Request', message: 'CampaignID is wrong' } }],
      ['an object of an older server', { body: { Message: 'CampaignID is wrong' } }],
    ])('as %s', async (_name, answer) => {
      const peer = await open(() => ({ status: 400, ...answer }));
      const error = await failureOf(clientOf(peer).getCampaignDetails('1'));
      expect(error.message).toBe('Optimove answered actions/GetCampaignDetails with 400: CampaignID is wrong');
    });

    it.each([
      ['nothing', ''],
      ['a page for people', '<html><body>Bad gateway</body></html>'],
      ['a list', '[{"CustomerID":"A8272"}]'],
    ])('and nothing more: %s', async (_name, text) => {
      const peer = await open(() => ({ status: 502, text }));
      const error = await failureOf(clientOf(peer, { retries: 0 }).getCampaignDetails('1'));
      expect(error.message).toBe('Optimove answered actions/GetCampaignDetails with 502: no text');
    });

    it('in at most 200 characters', async () => {
      const peer = await open(() => ({ status: 400, body: 'x'.repeat(5_000) }));
      expect((await failureOf(clientOf(peer).getCampaignDetails('1'))).message.length).toBeLessThan(300);
    });
  });

  describe('that fails shows neither the key nor customers', () => {
    it.each<[string, PeerAnswer, new (...args: never[]) => Error]>([
      ['the key is quoted', { status: 401, body: `Key ${apiKey} is unknown` }, OptimoveUnauthorizedError],
      [
        'the key is quoted where the text is cut',
        { status: 400, body: `${'x'.repeat(190)}${apiKey}` },
        OptimoveRejectedError,
      ],
      ['the key is in a 200 that is an error', { body: `Key ${apiKey} is unknown` }, OptimoveUnexpectedAnswerError],
      ['an address is quoted', { status: 400, body: 'c1@example.com is unknown' }, OptimoveRejectedError],
      ['a number is quoted', { status: 400, body: '+447700900123 is unknown' }, OptimoveRejectedError],
      ['a page is not JSON', { text: 'A8272,c1@example.com' }, OptimoveUnexpectedAnswerError],
      ['a page is broken', { text: '[{"CustomerID":"A8272", c1@example.com}]' }, OptimoveUnavailableError],
    ])('although %s', async (_name, answer, type) => {
      const peer = await open(() => answer);
      const error = await failureOf(clientOf(peer, { retries: 0 }).getCampaignDetails('1'));
      expect(error).toBeInstanceOf(type);
      expect(shown(error)).not.toMatch(/key-that|nobody|A8272|c1@|7700900123/);
    });

    it('nor the question', async () => {
      const peer = await open(() => null);
      const error = await failureOf(clientOf(peer, { retries: 0 }).getCampaignDetails('A8272'));
      expect(shown(error)).not.toContain('A8272');
    });
  });
});
