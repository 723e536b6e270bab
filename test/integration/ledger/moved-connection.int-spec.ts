import { randomUUID } from 'node:crypto';
import { Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { AcceptCallback } from '../../../src/campaigns/execution/accept-callback';
import { DrainTriggered, type FreshChunk } from '../../../src/campaigns/execution/drain-triggered';
import { MatchSamePeople } from '../../../src/campaigns/execution/match-same-people';
import { ReadRecipients } from '../../../src/campaigns/execution/read-recipients';
import { SendChunk } from '../../../src/campaigns/execution/send-chunk';
import { addProviders, type CampaignStage, mutate, stageCampaign } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';
import { listsOf } from './lists';

/** Customer ids of the former account are other people's in the new one; the messages of what goes on go out all the same. */
describe('who is matched after customer ids of the connection have come to mean others', () => {
  let stage: ContentStage;
  let campaign: CampaignStage;
  beforeAll(async () => {
    stage = await setStage();
    await addProviders(stage);
    await stage.database.query('SELECT ensure_ledger_partitions(now())');
  }, 60_000);
  afterAll(() => stage?.close());

  const byLoyalty = { userIdAttribute: 'LOYALTY_ID', mobileNumberAttribute: 'FIRST_NAME' };
  const stageOn = async (channel?: object, connection: object = byLoyalty): Promise<void> => {
    const content = { sms: { from: 'Example', text: 'Hello' } };
    campaign = await stageCampaign(stage, { name: randomUUID(), content, connection, channel });
  };
  const change = async (changes: object): Promise<void> => {
    const input = { id: campaign.connectionId, version: 1, ...changes };
    const changed = await mutate<{ connection: object | null }>(
      ...([stage.graphql, 'updateConnection', 'UpdateConnectionInput', 'connection { id }', input] as const),
    );
    expect(changed.connection).not.toBeNull();
  };
  const move = async (): Promise<void> => {
    const next = await stage.control<{ endpoint: string; apiToken: string }>('POST', '/tenants', { name: 'Next' });
    await change({ endpoint: next.endpoint.replace('127.0.0.1', 'localhost'), apiToken: next.apiToken });
  };
  const remembered = async (): Promise<string[]> => {
    const sql = 'SELECT customer_id AS id FROM matched_customer WHERE connection_id = $1 ORDER BY 1';
    const rows = await stage.database.query<{ id: string }>(sql, [campaign.connectionId]);
    return rows.map(({ id }) => id);
  };
  const ends = async (executionId: string): Promise<(string | null)[]> => {
    const sql = 'SELECT end_state AS state FROM recipient WHERE execution_id = $1 AND due_at <= now() ORDER BY seq';
    return (await stage.database.query<{ state: string | null }>(sql, [executionId])).map(({ state }) => state);
  };

  const send = async (executionId: string): Promise<void> => {
    await stage.app.get(SendChunk, { strict: false }).run({ executionId, chunkNo: 1 });
    await stage.app.get(MatchSamePeople, { strict: false }).run();
  };

  describe('by a list that was frozen before the connection was moved', () => {
    const frozen = async (): Promise<string> => {
      const lists = listsOf({ ...stage, transactions: stage.app.get(Transactions) });
      const id = await lists.announced(campaign);
      const person = { userId: 'P1', firstName: '447700900001', template: campaign.templateId };
      const nextPerson = { userId: 'P2', firstName: '447700900002', template: campaign.templateId };
      await lists.frozen(id, [
        { id: 'a', ...person },
        { id: 'b', ...person },
        { id: 'c', ...nextPerson },
        { id: 'later', at: '2126-05-04 09:00:00', template: campaign.templateId },
      ]);
      await stage.database.query(
        `UPDATE execution_template t SET version_id = p.version_id FROM template_publication p
         WHERE t.execution_id = $1 AND p.optimove_template_id::text = t.optimove_template_id`,
        [id],
      );
      return id;
    };

    it('is remembered where it is not', async () => {
      await stageOn();
      const id = await frozen();
      await send(id);
      expect(await ends(id)).toEqual(['SENT', 'DUPLICATE', 'SENT']);
      expect(await remembered()).toEqual(['a', 'b', 'c']);
    });

    it('is sent to, and remembered as nobody', async () => {
      await stageOn();
      const id = await frozen();
      await move();
      await send(id);
      expect(await ends(id)).toEqual(['SENT', 'DUPLICATE', 'SENT']);
      expect(await remembered()).toEqual([]);
    });
  });

  describe('by a list that is read after the connection got a User ID attribute', () => {
    beforeEach(async () => {
      await stageOn(undefined, { mobileNumberAttribute: 'MobileNumber' });
      await change({ userIdAttribute: 'UserId' });
    });
    const read = async (): Promise<string> => {
      const { id: tenantId, channels } = campaign.tenant;
      const [channel] = channels;
      const planned = { channelId: channel?.id, templateIds: [campaign.templateId], customers: { count: 2 } };
      const { id: campaignId } = await stage.control<{ id: string }>('POST', `/tenants/${tenantId}/campaigns`, planned);
      await stage.control('POST', `/tenants/${tenantId}/campaigns/${campaignId}/run`, {});
      const id = await listsOf({ ...stage, transactions: stage.app.get(Transactions) }).announced(campaign);
      await stage.database.query(
        `UPDATE execution SET optimove_campaign_id = $2, optimove_channel_id = $3, attributes = '{}' WHERE id = $1`,
        [id, campaignId, channel?.id],
      );
      await stage.app.get(ReadRecipients, { strict: false }).run({ executionId: id });
      return id;
    };

    it('is remembered where it was announced since', async () => {
      await stage.database.query(`UPDATE connection SET names_since = names_since - interval '1 hour' WHERE id = $1`, [
        campaign.connectionId,
      ]);
      const id = await read();
      await send(id);
      expect(await ends(id)).toEqual(['SENT', 'SENT']);
      expect(await remembered()).toHaveLength(2);
    });

    it('is sent to, and remembered as nobody, where it may have been announced before', async () => {
      const id = await read();
      await send(id);
      expect(await ends(id)).toEqual(['SENT', 'SENT']);
      expect(await remembered()).toEqual([]);
    });
  });

  describe('by a call that came before the connection was moved', () => {
    const told = async (): Promise<string> => {
      const connection = await stage.app.get(ConnectionsService).find(campaign.connectionId);
      const sql = 'SELECT optimove_channel_id AS id FROM channel WHERE connection_id = $1';
      const [channel] = await stage.database.query<{ id: number }>(sql, [campaign.connectionId]);
      if (!connection || !channel) throw new Error('There is no connection');
      const parameters = { LOYALTY_ID: 'P1', FIRST_NAME: '447700900001' };
      const named = { eventTypeID: 11, customerID: 'a', campaignID: '7', channelID: channel.id };
      const body = JSON.stringify({ ...named, templateID: Number(campaign.templateId), ...parameters });
      const accepted = await stage.app.get(AcceptCallback, { strict: false }).accept({
        ...{ connection, kind: 'event-11', contentType: 'application/json', isCut: false, receivedAt: new Date() },
        ...{ body: Buffer.from(body), from: '127.0.0.1', callId: randomUUID(), isAgain: false },
      });
      return accepted?.executionId ?? '';
    };
    const sendAtOnce = async (executionId: string): Promise<void> => {
      const sending = stage.app.get(SendChunk, { strict: false });
      const sender = { holder: sending.holder, send: (fresh: FreshChunk) => sending.sendFresh(fresh) };
      await stage.app.get(DrainTriggered, { strict: false }).run(executionId, sender);
    };

    it('is remembered where it is not', async () => {
      await stageOn({ kind: 'TRIGGERED', name: 'Xtremepush Triggered' });
      const id = await told();
      await sendAtOnce(id);
      expect(await ends(id)).toEqual(['SENT']);
      expect(await remembered()).toEqual(['a']);
    });

    it('is sent to, and remembered as nobody, though it has its place after the move', async () => {
      await stageOn({ kind: 'TRIGGERED', name: 'Xtremepush Triggered' });
      const id = await told();
      await move();
      await sendAtOnce(id);
      expect(await ends(id)).toEqual(['SENT']);
      expect(await remembered()).toEqual([]);
    });
  });
});
