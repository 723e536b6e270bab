import { createHmac } from 'node:crypto';
import { OptimoveRejectedError, OptimoveUnavailableError } from './errors';
import { createEventSender, type EventSender } from './event-sender';
import { openPeer, type Peer, type PeerAnswer } from './peer.fixture';

const tenantToken = 'tenant-token-of-a-test';
const event = {
  event: 'click',
  customer: 'Ä8272',
  occurredAt: new Date('2026-05-04T10:00:00Z'),
  context: { campaignId: '20417', channelId: 506 },
};

describe('signed events', () => {
  let peer: Peer;
  let taken: string[];
  afterEach(() => peer.close());

  async function connect(answer: () => PeerAnswer): Promise<EventSender> {
    peer = await openPeer(answer);
    taken = [];
    const budget = { take: async (lane: string) => void taken.push(lane) };
    const url = new URL('/api/saveEvent', peer.endpoint).href;
    return createEventSender({ url, tenantToken, budget, timeoutMs: 500 });
  }

  it('are signed over the bytes that are sent', async () => {
    const sender = await connect(() => ({}));
    await sender.save([event]);
    const [call] = peer.calls;
    expect(call).toMatchObject({
      method: 'POST',
      path: '/api/saveEvent',
      body: [
        {
          event: 'click',
          category: 'metric',
          timestamp: '2026-05-04T10:00:00.000Z',
          customer: 'Ä8272',
          context: { campaignId: '20417', channelId: 506 },
        },
      ],
    });
    expect(call?.headers).toMatchObject({
      'x-optimove-signature-version': '1',
      'x-optimove-signature-content': createHmac('sha256', tenantToken)
        .update(call?.text ?? '')
        .digest('hex'),
    });
    expect(taken).toEqual(['metrics']);
  });

  it('go out by the last word, which is asked once the budget lets them go', async () => {
    const sender = await connect(() => ({}));
    const asked: string[][] = [];
    await sender.save([event], async () => void asked.push([...taken]));
    expect([asked, peer.calls.length]).toEqual([[['metrics']], 1]);
    const refusal = new Error('Not any more');
    await expect(sender.save([event], () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(peer.calls).toHaveLength(1);
  });

  it('are sent once, whatever happens, and never tell the token', async () => {
    const sender = await connect(() => ({ status: 400, text: `Not signed with ${tenantToken}` }));
    const failure = sender.save([event]);
    await expect(failure).rejects.toBeInstanceOf(OptimoveRejectedError);
    await expect(failure).rejects.not.toThrow(tenantToken);
    expect(peer.calls).toHaveLength(1);
  });

  it.each<[string, PeerAnswer]>([
    ['breaks off', null],
    ['is a time-out on the way', { status: 408 }],
    ['is a page for people', { text: '<html><body>Back in a minute</body></html>' }],
  ])('are in doubt when the answer %s', async (_name, answer) => {
    const sender = await connect(() => answer);
    const failure = sender.save([event]);
    await expect(failure).rejects.toBeInstanceOf(OptimoveUnavailableError);
    await expect(failure).rejects.toMatchObject({ isUnsent: false });
    expect(peer.calls).toHaveLength(1);
  });

  it.each([0, 1_001])('go nowhere when there are %d', async (count) => {
    const sender = await connect(() => ({}));
    await expect(sender.save(Array(count).fill(event))).rejects.toThrow('1 to 1000');
    expect(peer.calls).toEqual([]);
  });
});
