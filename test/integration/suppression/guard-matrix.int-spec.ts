import { newId } from '@libs/foundation';
import { DateTimeScalar, PlatformModule, Transactions } from '@libs/platform';
import { type GateOrigin, SuppressionModule, SuppressionService } from '@modules/suppression';
import { Test, type TestingModule } from '@nestjs/testing';
import { GuardDecisionRepository } from '../../../src/suppression/persistence/guard-decision.repository';
import { RememberedValueRepository } from '../../../src/suppression/persistence/remembered-value.repository';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { type Case, expected, lists, type Person, people, type Setting, settings } from './guard-matrix';

jest.setTimeout(180_000);

const oldDay = '2026-05-01';
const gapBefore = '2026-05-04';
const newDay = '2026-05-05';
const attribute = 'gamStop';
const media = [...lists.medium];

/** A project of its own with one rule, whose data stand as the setting says, and everybody of the matrix. */
interface World {
  projectId: string;
  connectionId: string;
  setting: Setting;
  crowd: { person: Person; userId: string; profileId: string }[];
}

describe('the guard, in every case there is', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let transactions: Transactions;

  beforeAll(async () => {
    database = await createTestDatabase();
    process.env.ENCRYPTION_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
    process.env.PUBLIC_URL = 'http://127.0.0.1:1';
    module = await Test.createTestingModule({
      imports: [PlatformModule, SuppressionModule],
      providers: [DateTimeScalar],
    }).compile();
    await module.init();
    transactions = module.get(Transactions);
  });

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  it('decides as the rules say, and the proof tells the same afterwards', async () => {
    let cases = 0;
    const wrong: object[] = [];
    for (const setting of settings) {
      const world = await makeWorld(setting);
      for (const origin of lists.origin) {
        for (const found of await decideAndProve(world, origin)) {
          cases += 1;
          const should = expected(found.case);
          if (found.decided !== should || found.proven !== should) wrong.push({ ...found, should });
        }
      }
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(wrong).toHaveLength(0);
    expect(cases).toBe(7 * 4 * 2 * 6 * 3 * 4 * 3 * 3);
  });

  async function makeWorld(setting: Setting): Promise<World> {
    const projectId = newId();
    const connectionId = newId();
    const attributeId = newId();
    await makeRule({ projectId, connectionId, attributeId }, setting);
    const crowd = people.map((person, index) => ({ person, userId: `player-${index}`, profileId: newId() }));
    const early = crowd.filter(({ person }) => person.value === 'BEFORE_PROFILE');
    await remember({ projectId, attributeId, dataDate: oldDay }, early, () => true);
    await makeProfiles(projectId, crowd);
    const later = crowd.filter(({ person }) => ['EXCLUDING', 'HARMLESS', 'CLEARED'].includes(person.value));
    await remember({ projectId, attributeId, dataDate: oldDay }, later, ({ value }) =>
      value === 'CLEARED' ? null : value === 'EXCLUDING',
    );
    if (setting.data === 'DOUBTFUL') await doubt({ projectId, attributeId }, crowd);
    const changed = crowd.filter(({ person }) => person.change !== 'NONE');
    await remember({ projectId, attributeId, dataDate: newDay }, changed, ({ change }) => change === 'TO_EXCLUDING');
    return { projectId, connectionId, setting, crowd };
  }

  async function decideAndProve(
    world: World,
    origin: Case['origin'],
  ): Promise<{ case: Case; decided: string; proven: string }[]> {
    const { projectId, connectionId, crowd, setting } = world;
    await database.query('UPDATE suppression_feed SET guards_optimove = $2 WHERE connection_id = $1', [
      connectionId,
      origin === 'OPTIMOVE_GUARDED',
    ]);
    const executionId = newId();
    const from: GateOrigin =
      origin === 'DIRECT' ? { kind: 'DIRECT', executionId } : { kind: 'OPTIMOVE', connectionId, executionId };
    const request = { projectId, origin: from, media, people: crowd.map(({ profileId }, seq) => ({ seq, profileId })) };
    const decisions = await transactions.run((tx) => module.get(SuppressionService).decide(tx, request));
    const proofs = new Map<string, { outcome: string; medium: string | null }[]>();
    for (const { userId } of crowd) {
      const wanted = { projectId, userId, from: null, until: new Date(Date.now() + 60_000), limit: 200 };
      const all = await module.get(GuardDecisionRepository).of(transactions.pool, wanted);
      proofs.set(
        userId,
        all.filter((proof) => proof.executionId === executionId),
      );
    }
    return decisions.flatMap((decision) => {
      const each = crowd[decision.seq];
      const medium = media.find((one) => one === decision.medium);
      if (!each || !medium) return [];
      const decided = decision.isAllowed ? 'ALLOWED' : decision.reason;
      const proven = outcomeOf(proofs.get(each.userId) ?? [], medium);
      return [{ case: { ...setting, ...each.person, origin, medium }, decided, proven }];
    });
  }

  async function makeRule(
    ids: { projectId: string; connectionId: string; attributeId: string },
    { data, override, whenUnknown }: Setting,
  ): Promise<void> {
    const { projectId, connectionId, attributeId } = ids;
    const ruleId = newId();
    const state = data === 'FAILED' || data === 'STOPPED' ? data : 'FRESH';
    await database.query('INSERT INTO suppression_feed (connection_id, project_id) VALUES ($1, $2)', [
      connectionId,
      projectId,
    ]);
    await database.query(
      `INSERT INTO suppression_attribute (id, project_id, connection_id, name, type, state, data_date, data_as_of, gap_before)
       VALUES ($1, $2, $3, $4, 'BOOLEAN', $5, $6, now() - $7 * interval '1 hour', $8)`,
      [
        attributeId,
        projectId,
        connectionId,
        attribute,
        state,
        data === 'NEVER_SYNCED' ? null : newDay,
        data === 'TOO_OLD' ? 73 : 71,
        data === 'DAY_MISSED' ? gapBefore : null,
      ],
    );
    await database.query(
      `INSERT INTO exclusion_rule (id, project_id, connection_id, attribute_id, excluding_values, excluding_keys, when_unknown, maximum_age_hours)
       VALUES ($1, $2, $3, $4, '[true]', '{true,yes}', $5, 72)`,
      [ruleId, projectId, connectionId, attributeId, whenUnknown],
    );
    if (override === 'NONE') return;
    await database.query(
      `INSERT INTO guard_override (id, project_id, rule_id, reason, granted_by, expires_at, revoked_at)
       VALUES ($1, $2, $3, 'A reason', 'tests', now() + $4 * interval '1 hour', $5)`,
      [newId(), projectId, ruleId, override === 'EXPIRED' ? -1 : 1, override === 'REVOKED' ? new Date() : null],
    );
  }

  function remember(
    target: { projectId: string; attributeId: string; dataDate: string },
    crowd: World['crowd'],
    valueFor: (person: Person) => boolean | null,
  ): Promise<void> {
    const values = new Map(crowd.map(({ userId, person }) => [userId, valueFor(person)]));
    const whole = { ...target, name: attribute, runId: null, mayBeOld: false };
    return transactions.run((tx) => module.get(RememberedValueRepository).apply(tx, whole, values));
  }

  function doubt(target: { projectId: string; attributeId: string }, crowd: World['crowd']): Promise<void> {
    const whole = { ...target, name: attribute, dataDate: oldDay, runId: null, mayBeOld: false };
    const userIds = crowd.map(({ userId }) => userId);
    return transactions.run((tx) => module.get(RememberedValueRepository).doubt(tx, whole, userIds));
  }

  async function makeProfiles(projectId: string, crowd: World['crowd']): Promise<void> {
    const ids = crowd.map(({ profileId }) => profileId);
    const own = crowd.map(({ person }) => (person.value === 'OWN_EXCLUDING' ? `{"${attribute}": "Yes"}` : '{}'));
    await database.query(
      `INSERT INTO profile (id, project_id, user_id, email, mobile_number, email_subscription, sms_subscription, attributes)
       SELECT id, $1, user_id, user_id || '@example.com', '44770090' || lpad(n::text, 4, '0'), 'SUBSCRIBED', 'SUBSCRIBED', own
       FROM unnest($2::uuid[], $3::text[], $4::jsonb[]) WITH ORDINALITY AS p(id, user_id, own, n)`,
      [projectId, ids, crowd.map(({ userId }) => userId), own],
    );
    await database.query(
      `INSERT INTO device (id, project_id, profile_id, token, platform)
       SELECT gen_random_uuid(), $1, id, 'token-' || id, 'IOS' FROM unnest($2::uuid[]) AS p(id)`,
      [projectId, ids],
    );
    const listed = crowd.filter(({ person }) => person.listing !== 'NONE');
    await database.query(
      `INSERT INTO suppression_entry (id, project_id, kind, value, medium, reason)
       SELECT gen_random_uuid(), $1, 'USER_ID', user_id, medium, 'Asked not to be contacted'
       FROM unnest($2::text[], $3::text[]) AS e(user_id, medium)`,
      [projectId, listed.map(({ userId }) => userId), listed.map(({ person }) => person.listing)],
    );
  }
});

/** What the proofs of one execution say about a medium. */
function outcomeOf(proofs: { outcome: string; medium: string | null }[], medium: string): string {
  const about = proofs.filter((proof) => proof.medium === null || proof.medium === 'ANY' || proof.medium === medium);
  const outcomes = about.map(({ outcome }) => outcome);
  return ['SUPPRESSED', 'SUPPRESSION_STALE'].find((outcome) => outcomes.includes(outcome)) ?? 'ALLOWED';
}
