import { createOptimoveClient, type OptimoveClient } from './client';
import { OptimoveUnavailableError } from './errors';
import { eventIds } from './interactions';
import { openPeer, type Peer, type PeerAnswer } from './peer.fixture';

const batch = {
  campaignId: '20417',
  channelId: 506,
  templateId: '7731',
  eventId: eventIds.bounced,
  date: '2026-05-04',
  customerIds: ['A8272', 'A9165'],
};

describe('interactions', () => {
  let peer: Peer;
  afterEach(() => peer.close());

  async function connect(answer: () => PeerAnswer): Promise<OptimoveClient> {
    peer = await openPeer(answer);
    const budget = { take: async () => undefined };
    return createOptimoveClient({ endpoint: peer.endpoint, apiKey: 'key', budget, backoffMs: 1, timeoutMs: 500 });
  }

  it('are posted as documented, a bounce as 7', async () => {
    const client = await connect(() => ({}));
    await client.updateCampaignInteractions(batch);
    expect(peer.calls).toMatchObject([
      {
        path: '/current/integrations/UpdateCampaignInteractions',
        body: {
          CampaignID: 20417,
          ChannelID: 506,
          InteractionDate: '2026-05-04',
          TemplateID: 7731,
          EventID: 7,
          CustomerIDs: ['A8272', 'A9165'],
        },
      },
    ]);
  });

  it('are posted once, whatever happens', async () => {
    const client = await connect(() => ({ status: 503 }));
    await expect(client.updateCampaignInteractions(batch)).rejects.toMatchObject({ isUnsent: false });
    expect(peer.calls).toHaveLength(1);
  });

  it('are known to be unsent where nobody listens', async () => {
    const client = await connect(() => ({}));
    await peer.close();
    const failure = client.updateCampaignInteractions(batch);
    await expect(failure).rejects.toBeInstanceOf(OptimoveUnavailableError);
    await expect(failure).rejects.toMatchObject({ isUnsent: true });
    peer = await openPeer(() => null);
  });

  it.each([[[]], [Array(10_001).fill('A1')]])('go to nobody for no customer or too many', async (customerIds) => {
    const client = await connect(() => ({}));
    await expect(client.updateCampaignInteractions({ ...batch, customerIds })).rejects.toThrow('1 to 10000');
    expect(peer.calls).toEqual([]);
  });

  it('are read back', async () => {
    const row = { Date: '2026-05-04 00:00:00', CampaignID: '20417', ChannelID: 506, TemplateID: 7731, EventID: 2 };
    const client = await connect(() => ({ body: [row] }));
    const range = { from: '2026-05-03', to: '2026-05-05' };
    expect(await client.getCustomerChannelInteractions({ customerId: 'A8272', channelId: 506, ...range })).toEqual([
      { campaignId: '20417', channelId: '506', templateId: '7731', eventId: '2', date: '2026-05-04' },
    ]);
    expect(peer.calls[0]?.query).toEqual({
      CustomerID: 'A8272',
      StartDate: '2026-05-03',
      EndDate: '2026-05-05',
      ChannelID: '506',
    });
  });
});
