import { newId } from '@libs/foundation';
import { Metrics } from '@libs/platform';
import { ProjectsService } from '@modules/projects';
import { SuppressionModule, SuppressionService } from '@modules/suppression';
import { ModuleRef } from '@nestjs/core';
import { SuppressionClocks } from '../../../src/suppression/jobs/suppression.clocks';
import { SuppressionMetrics } from '../../../src/suppression/jobs/suppression.metrics';
import { AttributeRepository } from '../../../src/suppression/persistence/attribute.repository';
import { ExclusionRuleRepository } from '../../../src/suppression/persistence/exclusion-rule.repository';
import { GuardDecisionRepository } from '../../../src/suppression/persistence/guard-decision.repository';
import { type Stage, setStage, type UserErrors } from './stage';

describe('exclusion rules, overrides and lists', () => {
  let stage: Stage;
  let connectionId: string;
  let attributeId: string;
  let ruleId: string;
  let profileId: string;

  beforeAll(async () => {
    stage = await setStage();
    const account = await stage.connect();
    connectionId = account.connectionId;
    await account.control('PUT', '/data-date', { date: '2026-05-01' });
    ({ id: attributeId } = await stage.choose(account, 'gamStop'));
    [profileId = ''] = await stage.addProfiles(['player']);
    await stage.database.query(
      `UPDATE profile SET email = 'player@example.com', email_subscription = 'SUBSCRIBED' WHERE id = $1`,
      [profileId],
    );
  });
  afterAll(() => stage.close());

  const ruleInput = { excludingValues: ['Yes'], whenUnknown: 'ALLOW', maximumAgeHours: 72 };

  /** What a Direct campaign may send to the player. */
  async function decide(): Promise<string> {
    const request = {
      projectId: stage.actor.projectId,
      origin: { kind: 'DIRECT' as const, executionId: newId() },
      people: [{ seq: 1, profileId }],
      media: ['EMAIL' as const],
    };
    const [decision] = await stage.transactions.run((tx) => stage.app.get(SuppressionService).decide(tx, request));
    return decision?.isAllowed ? 'ALLOWED' : (decision?.reason ?? 'NOTHING');
  }

  const standing = async (): Promise<{ rules: { freshness: string }[]; holdReason: string | null }> =>
    (
      await stage.graphql<{ guardStanding: { rules: { freshness: string }[]; holdReason: string | null } }>(
        '{ guardStanding { rules { freshness } holdReason } }',
      )
    ).guardStanding;

  const override = (expiresAt: Date): Promise<{ userErrors: UserErrors; override: { id: string } | null }> =>
    stage.mutate('overrideExclusionRule', 'OverrideExclusionRuleInput', 'override { id grantedBy }', {
      ruleId,
      reason: 'Optimove has an outage, agreed with compliance',
      expiresAt,
    });

  it('a rule takes values of its type only, one rule per attribute, and holds on to the attribute', async () => {
    const create = (excludingValues: string[]) =>
      stage.mutate<{ rule: { id: string; excludingValues: string[] } | null }>(
        'createExclusionRule',
        'CreateExclusionRuleInput',
        'rule { id excludingValues }',
        { ...ruleInput, suppressionAttributeId: attributeId, excludingValues },
      );
    expect(await standing()).toEqual({ rules: [], holdReason: null });
    expect((await create(['maybe'])).userErrors).toMatchObject([{ code: 'INVALID', path: ['excludingValues'] }]);
    expect((await create(['NULL'])).userErrors).toMatchObject([{ code: 'INVALID', path: ['excludingValues'] }]);
    expect((await create([])).userErrors).toMatchObject([{ code: 'INVALID', path: ['excludingValues'] }]);
    const { rule } = await create(['Yes']);
    expect(rule?.excludingValues).toEqual(['true']);
    ruleId = rule?.id ?? '';
    expect((await create(['true'])).userErrors).toMatchObject([{ code: 'NAME_TAKEN' }]);
    const { userErrors } = await stage.mutate(
      'removeSuppressionAttribute',
      'RemoveSuppressionAttributeInput',
      'removedId',
      { id: attributeId },
    );
    expect(userErrors).toMatchObject([{ code: 'IN_USE' }]);
  });

  it('two changes of a rule at once are detected', async () => {
    const update = () =>
      stage.mutate('updateExclusionRule', 'UpdateExclusionRuleInput', 'rule { version }', {
        ...ruleInput,
        id: ruleId,
        version: 1,
      });
    expect((await update()).userErrors).toEqual([]);
    expect((await update()).userErrors).toMatchObject([{ code: 'CONFLICT', path: ['version'] }]);
  });

  it('data that never came hold a Direct campaign until an administrator overrides it, for a while and on record', async () => {
    expect(await decide()).toBe('SUPPRESSION_STALE');
    expect((await standing()).holdReason).toContain('gamStop was never synced');
    expect((await override(new Date(Date.now() + 30 * 86_400_000))).userErrors).toMatchObject([
      { path: ['expiresAt'] },
    ]);
    const granted = await override(new Date(Date.now() + 3_600_000));
    expect(await decide()).toBe('ALLOWED');
    expect((await standing()).holdReason).toBeNull();
    const audited = await stage.database.query(
      `SELECT actor_label FROM audit_entry WHERE action = 'guard-override.granted' AND subject_id = $1`,
      [ruleId],
    );
    expect(audited).toEqual([{ actor_label: 'First key' }]);
    const overrides = async (id: string): Promise<object[]> =>
      (
        await stage.graphql<{ guardOverrides: object[] }>(
          'query ($id: ID!) { guardOverrides(connectionId: $id) { id ruleId reason grantedBy revokedAt } }',
          { id },
        )
      ).guardOverrides;
    const reason = 'Optimove has an outage, agreed with compliance';
    const kept = { id: granted.override?.id, ruleId, reason, grantedBy: 'First key' };
    expect(await overrides(connectionId)).toEqual([{ ...kept, revokedAt: null }]);
    expect(await overrides(newId())).toEqual([]);
    await stage.mutate('revokeGuardOverride', 'RevokeGuardOverrideInput', 'override { revokedAt }', {
      id: granted.override?.id,
    });
    expect(await overrides(connectionId)).toEqual([{ ...kept, revokedAt: expect.any(String) }]);
    expect(await decide()).toBe('SUPPRESSION_STALE');
  });

  it('a marketer keeps rules, makes them stricter, and may neither override nor loosen them', async () => {
    const { key } = await stage.app.get(ProjectsService).addKey(stage.transactions.pool, {
      projectId: stage.actor.projectId,
      label: 'Marketing',
      role: 'MARKETER',
    });
    const marketer = stage.as(key);
    await expect(
      marketer(
        `mutation ($input: OverrideExclusionRuleInput!) { overrideExclusionRule(input: $input) { override { id } } }`,
        { input: { ruleId, reason: 'We would like to send', expiresAt: new Date(Date.now() + 60_000) } },
      ),
    ).rejects.toThrow('suppression.override');
    const change = async (input: object): Promise<string | undefined> => {
      const { updateExclusionRule } = await marketer<{ updateExclusionRule: { userErrors: UserErrors } }>(
        `mutation ($input: UpdateExclusionRuleInput!) { updateExclusionRule(input: $input) { userErrors { code message path } } }`,
        { input: { ...ruleInput, id: ruleId, version: 2, ...input } },
      );
      return updateExclusionRule.userErrors[0]?.code;
    };
    expect(await change({ maximumAgeHours: 8760 })).toBe('NOT_ALLOWED');
    expect(await change({ excludingValues: ['false'] })).toBe('NOT_ALLOWED');
    const { removeExclusionRule } = await marketer<{ removeExclusionRule: { userErrors: UserErrors } }>(
      `mutation ($input: RemoveExclusionRuleInput!) { removeExclusionRule(input: $input) { userErrors { code message path } } }`,
      { input: { id: ruleId, version: 2 } },
    );
    expect(removeExclusionRule.userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect(await change({ excludingValues: ['true', 'false'], maximumAgeHours: 71 })).toBeUndefined();
    const guard = async (guardsOptimove: boolean, version: number): Promise<object[]> => {
      const { setOptimoveGuard } = await marketer<{ setOptimoveGuard: { userErrors: UserErrors } }>(
        `mutation ($input: SetOptimoveGuardInput!) { setOptimoveGuard(input: $input) { userErrors { code message path } } }`,
        { input: { connectionId, guardsOptimove, version } },
      );
      return setOptimoveGuard.userErrors;
    };
    expect(await guard(true, 1)).toEqual([]);
    expect(await guard(false, 2)).toMatchObject([{ code: 'NOT_ALLOWED', path: ['guardsOptimove'] }]);
    const lift = { connectionId, guardsOptimove: false, version: 2 };
    const lifted = await stage.mutate('setOptimoveGuard', 'SetOptimoveGuardInput', 'feed { guardsOptimove }', lift);
    expect(lifted).toMatchObject({ feed: { guardsOptimove: false }, userErrors: [] });
  });

  it('the proof tells each decision afterwards, in GraphQL and as a file', async () => {
    const { suppressionProof } = await stage.graphql<{
      suppressionProof: { outcome: string; overrideId: string | null }[];
    }>(
      `query ($at: DateTime!) { suppressionProof(userId: "player", at: $at) { outcome attribute freshness overrideId origin } }`,
      { at: new Date(Date.now() + 60_000) },
    );
    const told = suppressionProof.map(({ outcome, overrideId }) => [outcome, overrideId !== null]);
    expect(told).toEqual([
      ['SUPPRESSION_STALE', false],
      ['ALLOWED', true],
      ['SUPPRESSION_STALE', false],
    ]);
    const { text } = await stage.rest('/suppression/proof.csv?userId=player');
    expect(text.trim().split('\n')).toHaveLength(4);
    expect(text).toContain('NEVER_SYNCED');
  });

  it('lists come and go as files, are searched in any spelling, and are proven too', async () => {
    const csv = `kind,value,medium,reason\nEMAIL,Player@Example.com,EMAIL,Asked by phone\nEMAIL,nobody,EMAIL,x\nMOBILE_NUMBER,+44 7700 900123,,Court order\n`;
    const answer = await stage.rest('/imports/suppression-entries', { method: 'POST', body: csv });
    const { taskId, ...sums } = JSON.parse(answer.text) as { taskId: string };
    expect(sums).toEqual({ received: 3, stored: 2, refused: 1 });
    expect((await stage.rest(`/tasks/${taskId}/errors.csv`)).text).toContain('value is no email');
    expect((await stage.rest('/suppression/entries.csv')).text).toContain('MOBILE_NUMBER,447700900123,ANY,Court order');
    const { suppressionEntries } = await stage.graphql<{ suppressionEntries: { nodes: { reason: string }[] } }>(
      '{ suppressionEntries(search: "PLAYER@example.com", kind: EMAIL) { nodes { reason } } }',
    );
    expect(suppressionEntries.nodes).toEqual([{ reason: 'Asked by phone' }]);
    expect(await decide()).toBe('SUPPRESSED');
    const { text } = await stage.rest('/suppression/proof.csv?userId=player');
    expect(text).toContain('LIST');
    expect(text).toContain('player@example.com');
    expect((await stage.rest('/imports/suppression-entries', { method: 'POST', body: 'a,b\n' })).status).toBe(400);
  });

  describe('data that rules rest on', () => {
    let clocks: SuppressionClocks;
    let metrics: Metrics;

    beforeAll(async () => {
      clocks = await stage.app.select(SuppressionModule).get(ModuleRef, { strict: true }).create(SuppressionClocks);
      metrics = stage.app.get(Metrics);
      new SuppressionMetrics(
        metrics,
        stage.transactions,
        stage.app.get(AttributeRepository),
        stage.app.get(ExclusionRuleRepository),
      );
      await stage.database.query(`UPDATE suppression_attribute SET created_at = now() - interval '2 days'`);
    });

    /** What was told once the clock of the alarm had ticked. */
    const told = async (): Promise<(string | null)[]> => {
      await stage.database.query(`UPDATE lease SET due_at = now() WHERE name = 'suppression.late'`);
      await clocks.late();
      const { tasks } = await stage.graphql<{ tasks: { nodes: { kind: string; detail: string | null }[] } }>(
        '{ tasks(first: 50) { nodes { kind detail } } }',
      );
      return tasks.nodes.filter(({ kind }) => kind === 'suppression.late').map(({ detail }) => detail);
    };
    const unreliable = async (): Promise<string | undefined> =>
      /^suppression_rules_unreliable (\d+)$/m.exec((await metrics.read()).text)?.[1];
    const become = (standing: string) =>
      stage.database.query(`UPDATE suppression_attribute SET ${standing} WHERE id = $1`, [attributeId]);

    it('and that have not come by the alarm hour are told once a day', async () => {
      const late = expect.stringContaining('gamStop (never synced)');
      expect(await told()).toEqual([late]);
      expect(await told()).toEqual([late]);
    });

    it('are counted where they cannot be relied on, whatever the reason', async () => {
      expect(await unreliable()).toBe('1');
      await become(`state = 'FRESH', data_date = current_date, data_as_of = now()`);
      expect(await unreliable()).toBe('0');
      await become(`data_as_of = now() - interval '4 days'`);
      expect(await unreliable()).toBe('1');
      await become('data_as_of = now(), is_gap_open = true');
      expect(await unreliable()).toBe('1');
      await become('is_gap_open = false');
      expect(await unreliable()).toBe('0');
      await become(`state = 'STOPPED', state_reason = 'The attribute gamStop was deleted'`);
      expect(await unreliable()).toBe('1');
    });

    it('and that stopped are told of again the next day', async () => {
      await stage.database.query('UPDATE suppression_feed SET alarmed_on = alarmed_on - 1');
      expect(await told()).toContainEqual(
        'Rules rest on attributes that are no longer synced: gamStop (The attribute gamStop was deleted). Mend that and Run now, or remove the rules',
      );
    });
  });

  it('proofs are dropped by the month once they need not be kept', async () => {
    const pool = stage.transactions.pool;
    const decisions = stage.app.get(GuardDecisionRepository);
    await stage.database.query(`SELECT ensure_guard_decision_partition('2020-01-15')`);
    expect(await decisions.dropOldest(pool, 12)).toBe('guard_decision_202001');
    expect(await decisions.dropOldest(pool, 12)).toBeNull();
  });
});
