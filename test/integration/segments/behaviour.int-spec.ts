import { randomUUID } from 'node:crypto';
import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Test } from '@nestjs/testing';
import { SettleProven } from '../../../src/campaigns/execution/settle-proven';
import { EngagementRepository } from '../../../src/campaigns/persistence/engagement.repository';
import { EngagementLedgerRepository } from '../../../src/campaigns/persistence/ledger/engagement-ledger.repository';
import { ExecutionLinkRepository } from '../../../src/campaigns/persistence/ledger/execution-link.repository';
import { SettlementRepository } from '../../../src/campaigns/persistence/ledger/settlement.repository';
import { ApplyEngagement } from '../../../src/campaigns/tracking/apply-engagement';
import { FindLinks } from '../../../src/campaigns/tracking/find-links';
import { BehaviourRepository } from '../../../src/profiles/persistence/behaviour.repository';
import { insertExecution } from '../ledger/stage';
import { type Stage, setStage } from '../profiles/stage';

const day = 86_400_000;

describe('what people do, as segments count it', () => {
  let stage: Stage;
  let device: { profileId: string; deviceSecret: string };
  beforeAll(async () => {
    stage = await setStage();
    const { createApp } = await stage.ask<{ createApp: { sdkKey: string } }>(
      'mutation { createApp(input: { name: "Casino", platform: ANDROID }) { sdkKey userErrors { message } } }',
    );
    const registered = await post(
      'sdk/v1/devices',
      { installationId: randomUUID() },
      { 'x-app-key': createApp.sdkKey },
    );
    device = registered.body as typeof device;
  }, 60_000);
  afterAll(() => stage?.close());

  const post = async (
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`${stage.url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const hit = (kind: 'events' | 'tags', hits: object[]) =>
    post(`sdk/v1/device/${kind}`, { hits }, { authorization: `Bearer ${device.deviceSecret}` });
  const hitEvent = (body: object) => post('api/external/hit/event', { apptoken: stage.apiKey, ...body });
  const count = (...rules: object[]): Promise<number> =>
    stage.transactions.run(async (tx) => {
      const read = await stage.profiles.readSegmentRules(tx, stage.projectId, JSON.stringify({ rules }));
      if (!read.rules) throw new Error(JSON.stringify(read.faults));
      const { segment } = await stage.profiles.freezeSegment(tx, stage.projectId, { rules: read.rules });
      if (!segment) throw new Error('The rules cannot be frozen');
      const { sql, parameters } = await stage.profiles.audience(stage.projectId, { segment, isZoned: false });
      return (await stage.database.query(sql, parameters)).length;
    });
  const ago = (days: number): string => new Date(Date.now() - days * day).toISOString();

  it('counts events and tags that an app reports, each by themselves and within windows', async () => {
    const events = [{ name: 'spin' }, { name: 'spin', value: { coins: 5 } }, { name: 'spin', occurredAt: ago(40) }];
    expect(await hit('events', events)).toEqual({ status: 200, body: { stored: 3, refused: [] } });
    expect((await hit('tags', [{ name: 'spin' }])).body).toEqual({ stored: 1, refused: [] });
    const spins = { kind: 'event', name: 'spin' };
    expect(await count({ ...spins, hits: { is: 'equals', value: 3 } })).toBe(1);
    expect(await count({ ...spins, hits: { is: 'equals', value: 2 }, within: { days: 30 } })).toBe(1);
    expect(await count({ kind: 'tag', name: 'spin', hits: { is: 'equals', value: 1 } })).toBe(1);
    expect(await count({ kind: 'event', name: 'Spin' })).toBe(0);
  });

  it('stores the good of a batch and says of each other why not', async () => {
    const { status, body } = await hit('events', [
      { name: 'login' },
      { name: 'login', occurredAt: ago(500) },
      { name: 'login', value: 'x\u0000' },
      { name: 'login', value: '\ud800' },
      { name: 'login', occurredAt: ago(-3) },
    ]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ stored: 1, refused: [{ index: 1 }, { index: 2 }, { index: 3 }, { index: 4 }] });
    expect(await count({ kind: 'event', name: 'login', hits: { is: 'equals', value: 1 } })).toBe(1);
    expect((await hit('events', [{ name: '' }])).status).toBe(400);
    expect((await post('sdk/v1/device/events', { hits: [{ name: 'x' }] })).status).toBe(401);
  });

  it('takes events of servers in the shape of hit/event, and makes people of unknown user IDs', async () => {
    await defineNumber('balance');
    const one = await hitEvent({ user_id: 'h-1', event: 'deposit', value: 50, user_attributes: { balance: '150' } });
    expect(one).toEqual({
      status: 200,
      body: { code: 200, success: true, data: { received: 1, stored: 1, rejected: 0 } },
    });
    const { status, body } = await hitEvent({
      events: [
        { user_id: 'h-2', event: 'deposit', timestamp: ago(1).slice(0, 19).replace('T', ' ') },
        { user_id: 'h-3', event: 'deposit', user_attributes: { balance: 'much' } },
        { user_id: 'h-4', event: 'deposit', timestamp: 'yesterday' },
      ],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: { received: 3, stored: 1, rejected: 2 } });
    expect(body.errors).toEqual([
      'events.1: balance must be a number such as 12.5: "much"',
      'events.2: The time cannot be read',
    ]);
    expect(await count({ kind: 'event', name: 'deposit' })).toBe(2);
    expect(await count({ kind: 'attribute', name: 'balance', is: 'greater', value: 100 })).toBe(1);
  });

  it('refuses events without the right to, and what it cannot keep', async () => {
    expect((await post('api/external/hit/event', { user_id: 'h', event: 'e' })).status).toBe(401);
    expect((await hitEvent({ user_id: 'h' })).body).toMatchObject({ code: 400, success: false });
    const { body } = await hitEvent({ user_id: 'h', event: 'e', consent_preferences: {} });
    expect(body.errors).toEqual([expect.stringContaining('send email_subscription')]);
  });

  const defineNumber = (name: string): Promise<unknown> =>
    stage.ask(
      'mutation($input: CreateAttributeDefinitionInput!) { createAttributeDefinition(input: $input) { userErrors { message } } }',
      { input: { name, type: 'NUMBER', target: 'PROFILE' } },
    );

  it('stores imported values in the form of their attribute, and refuses rows with others', async () => {
    await defineNumber('points');
    const { body } = await stage.send('/imports/profiles', 'userId,points\nt-1,12.5\nt-2,many\n');
    expect(body).toMatchObject({ created: 1, rejected: 1 });
    const rows = await stage.database.query(`SELECT attributes FROM profile WHERE user_id = 't-1'`);
    expect(rows).toEqual([{ attributes: { points: 12.5 } }]);
    const rejects = await stage.download(body.rejectsUrl);
    expect(rejects.text).toContain('points must be a number such as 12.5');
  });

  it('forgets whole months that no longer count', async () => {
    await stage.database.query(`SELECT ensure_behaviour_partition(now() - interval '450 days')`);
    await stage.database.query(
      `INSERT INTO behaviour (project_id, profile_id, kind, name, occurred_at)
       VALUES ($1, $2, 'EVENT', 'old', now() - interval '450 days')`,
      [stage.projectId, device.profileId],
    );
    const old = { profileId: device.profileId, campaignId: newId(), deed: 'OPENED' as const, medium: 'EMAIL' };
    await stage.transactions.run((tx) =>
      stage.profiles.recordDeeds(tx, stage.projectId, [{ ...old, at: new Date(ago(450)) }]),
    );
    await stage.app.get(BehaviourRepository, { strict: false }).forget(stage.transactions.pool, new Date());
    const left = await stage.database.query(
      `SELECT name FROM behaviour WHERE name = 'old' UNION ALL SELECT deed FROM campaign_deed WHERE campaign_id = $1`,
      [old.campaignId],
    );
    expect(left).toEqual([]);
    expect(await count({ kind: 'event', name: 'spin' })).toBe(1);
  });

  it('knows what people did with the messages of earlier campaigns', async () => {
    const { database, projectId, transactions } = stage;
    const executionId = await insertExecution(database, { projectId, people: 2 });
    const [campaignId, versionId] = [newId(), newId()];
    await database.query('UPDATE recipient SET profile_id = $2 WHERE execution_id = $1 AND seq = 1', [
      executionId,
      device.profileId,
    ]);
    await database.query(
      `INSERT INTO campaign_version (id, project_id, campaign_id, channel_id, number, content) VALUES ($1, $2, $3, $3, 1, '{}')`,
      [versionId, projectId, campaignId],
    );
    await database.query('INSERT INTO execution_template VALUES ($1, $2, $3)', [executionId, '1', versionId]);
    await database.query('SELECT ensure_engagement_partitions(now())');
    const module = await Test.createTestingModule({
      providers: [
        ApplyEngagement,
        EngagementRepository,
        EngagementLedgerRepository,
        ExecutionLinkRepository,
        FindLinks,
        SettleProven,
        SettlementRepository,
        { provide: Transactions, useValue: transactions },
        { provide: ProfilesService, useValue: stage.profiles },
      ],
    })
      .useMocker(() => ({ add: async () => undefined }))
      .compile();
    const event = { projectId, executionId, medium: 'EMAIL', link: null, answers: null, userAgent: '' } as const;
    const at = { occurredAt: new Date(), isMachine: false };
    await transactions.run((tx) =>
      module.get(EngagementRepository).store(tx, [
        { ...event, ...at, seq: 1, kind: 'CLICKED' },
        { ...event, ...at, seq: 2, kind: 'OPENED' },
        { ...event, ...at, seq: 1, kind: 'DISMISSED', isMachine: true },
      ]),
    );
    await module.get(ApplyEngagement).run();
    const did = (deed: string) => count({ kind: 'campaign', value: campaignId, is: 'did', deed, within: { days: 1 } });
    expect([await did('CLICKED'), await did('OPENED'), await did('DISMISSED')]).toEqual([1, 1, 0]);
  });
});
