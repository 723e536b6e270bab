import { newId } from '@libs/foundation';
import { type Leases, Log, query, Transactions } from '@libs/platform';
import type { QueryRunner } from 'typeorm';
import { CountsByMedium1795420000465 } from '../../../migrations/1795420000465-counts-by-medium';
import { CancelExecution } from '../../../src/campaigns/execution/cancel-execution';
import { CompleteExecution } from '../../../src/campaigns/execution/complete-execution';
import { SettleProven } from '../../../src/campaigns/execution/settle-proven';
import { SumsClock } from '../../../src/campaigns/jobs/sums.clock';
import { ChunkRepository } from '../../../src/campaigns/persistence/ledger/chunk.repository';
import { FoldedSumsRepository } from '../../../src/campaigns/persistence/ledger/folded-sums.repository';
import { ApplyEngagement } from '../../../src/campaigns/tracking/apply-engagement';
import { ReceiptRepository } from '../../../src/channels/persistence/receipt.repository';
import { stageCampaign } from '../../support/campaign-stage';
import { type EventsStage, type Reached, stageEvents } from './stage';

const browser = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36';
const offers = 'https://example.com/offers?for={{ FirstName }}&from=mail';
const content = {
  email: {
    ...{ fromAddress: 'offers@example.com', fromName: 'Example', subject: 'Hello' },
    html: `<a href="${offers.replace('&', '&amp;')}">Offers</a> <a href="https://example.com/terms">Terms</a>`,
  },
  sms: { from: 'Example', text: 'Hi https://example.com/s?u={{ FirstName }}.', hasShortLinks: true },
};
const offersFor = (name: string): string => offers.replace('{{ FirstName }}', name).replace('&', '&amp;');

const mediumFields = `medium sent delivered bounced opened opens machineOpens clicked clicks machineClicks unsubscribed complained
  deliveryRate openRate clickRate clickToOpenRate`;
const linkFields = 'medium position link clicked clicks machineClicks';
const nothing = {
  delivered: 0,
  bounced: 0,
  opened: 0,
  opens: 0,
  machineOpens: 0,
  clicked: 0,
  clicks: 0,
  machineClicks: 0,
};

type Row = Record<string, unknown>;
interface Sums {
  mediumFunnels: Row[];
  linkClicks: { nodes: Row[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

describe('what became of messages by medium and by link', () => {
  let stage: EventsStage;
  let campaignId: string;
  beforeAll(async () => {
    stage = await stageEvents(4);
    ({ campaignId } = await stageCampaign(stage, { content }));
    await stage.database.query(
      `UPDATE execution_template SET version_id = (SELECT id FROM campaign_version WHERE campaign_id = $2) WHERE execution_id = $1`,
      [stage.executionId, campaignId],
    );
    const chunks = stage.app.get(ChunkRepository);
    const chunk = await chunks.take({ executionId: stage.executionId, chunkNo: 1 }, newId());
    await stage.app
      .get(Transactions)
      .run(async (tx) => chunk && chunks.close(tx, chunk, { at: new Date(), isRefused: false }));
  }, 180_000);
  afterAll(() => stage?.close());

  const person = (index: number): Reached => stage.people[index] as Reached;
  const get = (url: string, agent = browser) => stage.visit(url, { headers: { 'user-agent': agent } });
  const sums = async (owner: 'execution' | 'campaign', page = ''): Promise<Sums> => {
    const document = `query ($id: ID!) { owner: ${owner}(id: $id) { mediumFunnels { ${mediumFields} }
      linkClicks${page} { nodes { ${linkFields} } pageInfo { hasNextPage endCursor } } } }`;
    const id = owner === 'execution' ? stage.executionId : campaignId;
    return (await stage.graphql<{ owner: Sums }>(document, { id })).owner;
  };
  const medium = async (name: string): Promise<Row | undefined> =>
    (await sums('execution')).mediumFunnels.find((row) => row.medium === name);
  const all = async () => [await sums('execution'), await sums('campaign'), await stage.funnel('sent clicked')];
  const fold = () =>
    new SumsClock(
      {} as Leases,
      stage.app.get(Transactions),
      stage.app.get(FoldedSumsRepository),
      stage.app.get(Log),
    ).run();
  const dropChunkSums = () =>
    stage.database.query('DELETE FROM execution_tally WHERE execution_id = $1 AND chunk_no > 0', [stage.executionId]);
  const lines = async (path: string): Promise<string[]> =>
    (await (await stage.rest(path)).text()).trimEnd().split('\r\n');

  it('has who was sent to over each, before anybody did anything', async () => {
    const { mediumFunnels, linkClicks } = await sums('execution');
    expect(mediumFunnels).toEqual(
      ['EMAIL', 'SMS'].map((name) => ({
        ...{ medium: name, sent: 4, ...nothing, unsubscribed: 0, complained: 0 },
        ...{ deliveryRate: 0, openRate: 0, clickRate: 0, clickToOpenRate: null },
      })),
    );
    expect(linkClicks.nodes).toEqual([]);
  });

  it('counts people once for each medium, every event, and programs by themselves', async () => {
    await get(person(0).links.open);
    await get(person(0).links.open);
    await get(person(0).links.click(offersFor('Kim')));
    await stage.apply();
    await get(person(0).links.open);
    await get(person(0).links.click(offersFor('Kim')));
    await get(person(1).links.click(offersFor('Zoë')));
    await get(person(1).links.click('https://example.com/elsewhere'));
    await get(person(2).links.open, 'Mozilla/5.0');
    await get(person(2).links.click(offersFor('Ann')), 'Barracuda Sentinel');
    const text = { code: 'abcdefghijk', target: 'https://example.com/s?u=Kim' };
    await stage.database.query(
      `INSERT INTO short_link (code, project_id, execution_id, seq, medium, target, expires_at)
       VALUES ($1, $5, $2, $3, 'SMS', $4, now() + interval '1 day')`,
      [text.code, stage.executionId, person(0).seq, text.target, stage.projectId],
    );
    await get(`http://127.0.0.1:1/l/${text.code}`);
    await stage.apply();
    expect(await medium('EMAIL')).toMatchObject({
      ...{ delivered: 2, opened: 2, opens: 4, machineOpens: 1, clicked: 2, clicks: 4, machineClicks: 1 },
      ...{ deliveryRate: 0.5, openRate: 0.5, clickRate: 0.5, clickToOpenRate: 1 },
    });
    expect(await medium('SMS')).toMatchObject({ delivered: 1, opened: 1, opens: 1, clicked: 1, clicks: 1 });
    expect(await stage.funnel('opened clicked')).toEqual({ opened: 2, clicked: 2 });
  });

  it('counts the links of the content in their order, whatever values stand in them', async () => {
    const expected = [
      { medium: 'EMAIL', position: 1, link: offers, clicked: 2, clicks: 3, machineClicks: 1 },
      { medium: 'EMAIL', position: 2, link: 'https://example.com/terms', clicked: 0, clicks: 0, machineClicks: 0 },
      { medium: 'EMAIL', position: null, link: null, clicked: 1, clicks: 1, machineClicks: 0 },
      {
        medium: 'SMS',
        position: 1,
        link: 'https://example.com/s?u={{ FirstName }}',
        clicked: 1,
        clicks: 1,
        machineClicks: 0,
      },
    ];
    const { linkClicks } = await sums('execution');
    expect(linkClicks.nodes).toEqual(expected);
    const first = (await sums('execution', '(first: 3)')).linkClicks;
    expect([first.nodes, first.pageInfo.hasNextPage]).toEqual([expected.slice(0, 3), true]);
    const rest = (await sums('execution', `(first: 3, after: "${first.pageInfo.endCursor}")`)).linkClicks;
    expect([rest.nodes, rest.pageInfo.hasNextPage]).toEqual([expected.slice(3), false]);
    await expect(sums('execution', `(after: "${Buffer.from('x').toString('base64url')}")`)).rejects.toThrow(
      'endCursor',
    );
  });

  it('counts what providers report, unsubscribes and complaints, told twice or not', async () => {
    const report = (account: string, providerMessageId: string, status: 'DELIVERED' | 'FAILED' | 'COMPLAINED') => ({
      ...{
        projectId: stage.projectId,
        accountId: account,
        providerMessageId,
        status,
        code: '',
        occurredAt: new Date(),
      },
    });
    const { smtp, smpp } = stage.accounts;
    const [text] = await stage.database.query<{ id: string }>(
      `SELECT provider_message_id AS id FROM delivery WHERE execution_id = $1 AND seq = $2 AND medium = 'SMS'`,
      [stage.executionId, person(0).seq],
    );
    const told = [
      report(smtp, person(2).links.messageId, 'DELIVERED'),
      report(smtp, person(2).links.messageId, 'COMPLAINED'),
      report(smtp, person(3).links.messageId, 'FAILED'),
      report(smpp, text?.id ?? '', 'DELIVERED'),
    ];
    const receipts = stage.app.get(ReceiptRepository, { strict: false });
    for (const rows of [told, told]) {
      await stage.app.get(Transactions).run((tx) => receipts.store(tx, rows));
      await stage.apply();
    }
    await stage.visit(person(1).links.unsubscribe, { method: 'POST' });
    await stage.apply();
    expect(await medium('EMAIL')).toMatchObject({
      delivered: 3,
      bounced: 1,
      unsubscribed: 1,
      complained: 1,
      deliveryRate: 0.75,
    });
    expect(await medium('SMS')).toMatchObject({ delivered: 1, bounced: 0, unsubscribed: 0 });
  });

  it('counts a person once when two processes apply at the same time', async () => {
    await stage.database.query(
      `INSERT INTO engagement_intake (project_id, execution_id, seq, medium, kind, link, occurred_at)
       SELECT $1, $2, $3, 'EMAIL', 'CLICKED', $4, now() FROM generate_series(1, 1500)`,
      [stage.projectId, stage.executionId, person(3).seq, 'https://example.com/terms'],
    );
    const mover = stage.app.get(ApplyEngagement);
    await Promise.all([mover.run(), mover.run()]);
    expect(await medium('EMAIL')).toMatchObject({ clicked: 3, clicks: 1504, opened: 3 });
    const terms = (await sums('execution')).linkClicks.nodes[1];
    expect(terms).toEqual({ ...terms, position: 2, clicked: 1, clicks: 1500, machineClicks: 0 });
  });

  it('is the same of a campaign over its executions, and as files', async () => {
    const ofExecution = await sums('execution');
    expect(await sums('campaign')).toEqual(ofExecution);
    for (const path of [`/executions/${stage.executionId}`, `/campaigns/${campaignId}`]) {
      const media = await lines(`${path}/media.csv`);
      expect(media[0]).toMatch(
        /^execution_id,run_date,medium,sent,delivered,bounced,opened,opens,machine_opens,clicked,/,
      );
      expect(media).toHaveLength(3);
      expect(media[1]).toMatch(new RegExp(`^${stage.executionId},[0-9-]{10},EMAIL,4,4,1,3,5,1,3,1504,1,1,1,1.0000,`));
      const links = await lines(`${path}/links.csv`);
      expect(links).toHaveLength(5);
      expect(links[1]).toContain(`,EMAIL,1,${offers},2,3,1`);
    }
    const audited = await stage.database.query(
      `SELECT action FROM audit_entry WHERE action LIKE '%.exported' ORDER BY id`,
    );
    expect(audited).toHaveLength(4);
    for (const path of ['executions', 'campaigns']) {
      expect((await stage.rest(`/${path}/${newId()}/media.csv`)).status).toBe(404);
      expect((await stage.rest(`/${path}/x/links.csv`)).status).toBe(404);
    }
  });

  it('is read from the folded sums of what is completed, and from its chunks again when they change', async () => {
    const transactions = stage.app.get(Transactions);
    const set = (sql: string) => stage.database.query(sql, [stage.executionId, person(3).seq]);
    const before = await all();
    expect(await stage.app.get(CompleteExecution).tryComplete(stage.executionId)).toBe(true);
    await fold();
    expect(await all()).toEqual(before);
    await dropChunkSums();
    expect(await all()).toEqual(before);
    await set(`UPDATE delivery SET state = 'REJECTED' WHERE execution_id = $1 AND seq = $2 AND medium = 'SMS'`);
    await set(`UPDATE delivery SET state = 'UNCERTAIN' WHERE execution_id = $1 AND seq = $2 AND medium = 'EMAIL'`);
    const opened = { executionId: stage.executionId, seq: person(3).seq, medium: 'EMAIL' };
    await transactions.run((tx) => stage.app.get(SettleProven).run(tx, [opened]));
    const after = await all();
    expect(await medium('SMS')).toMatchObject({ sent: 3 });
    expect(await medium('EMAIL')).toMatchObject({ sent: 4 });
    await fold();
    expect(await all()).toEqual(after);
    await stage.database.query(`UPDATE execution SET state = 'RUNNING' WHERE id = $1`, [stage.executionId]);
    expect(await all()).toEqual(after);
    expect(await stage.app.get(CompleteExecution).tryComplete(stage.executionId)).toBe(true);
    expect(await all()).toEqual(after);
  });

  it('is read from the folded sums of what was cancelled, with what became of people since they were folded last', async () => {
    await fold();
    for (const sql of [
      `UPDATE execution SET state = 'RUNNING', cancel_requested_at = now(), sums_folded_to = 0 WHERE id = $1`,
      `UPDATE execution_tally SET count = 4 WHERE execution_id = $1 AND chunk_no = 1 AND measure = 'PEOPLE:SMS:SENT'`,
    ])
      await stage.database.query(sql, [stage.executionId]);
    expect(await stage.app.get(CancelExecution).carryOut(stage.executionId)).toBe(true);
    const cancelled = await all();
    expect(await medium('SMS')).toMatchObject({ sent: 4 });
    await fold();
    await dropChunkSums();
    expect(await all()).toEqual(cancelled);
  });

  it('begins with the migration, which goes through nobody who is kept', async () => {
    const kept = 'SELECT count(*)::int AS people, count(medium_deeds)::int AS counted FROM recipient';
    const upgrade = stage.app.get(Transactions).run(async (tx) => {
      const runner = { query: (sql: string) => query(tx, sql) } as unknown as QueryRunner;
      const migration = new CountsByMedium1795420000465();
      await migration.down(runner);
      await migration.up(runner);
      throw new Error(JSON.stringify(await query(tx, kept)));
    });
    await expect(upgrade).rejects.toThrow('[{"people":4,"counted":0}]');
  });

  it('stays when what it was counted from is gone', async () => {
    const before = await sums('execution');
    for (const table of ['recipient', 'delivery', 'engagement_intake'])
      await stage.database.query(`DELETE FROM ${table} WHERE execution_id = $1`, [stage.executionId]);
    expect(await sums('execution')).toEqual(before);
  });
});
