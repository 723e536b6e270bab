import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import type { TestingModule } from '@nestjs/testing';
import { comparisonKeys, type TypedValue } from '../../../src/suppression/domain/typed-value';
import { RememberedValueRepository } from '../../../src/suppression/persistence/remembered-value.repository';
import type { TestDatabase } from '../../support/database';
import { type Person, people, type Setting, type Trial, types } from './guard-matrix';

const oldDay = '2026-05-01';
const gapBefore = '2026-05-04';
const newDay = '2026-05-05';

interface Rule {
  connectionId: string;
  attributeId: string;
  ruleId: string;
  name: string;
}

/** Somebody of the matrix. */
export interface Somebody {
  person: Person;
  userId: string;
  profileId: string;
}

/** A project of its own with everybody of the matrix, two connections and the data of a rule as a setting says. */
export class GuardWorld {
  readonly projectId = newId();
  readonly crowd: Somebody[] = people.map((person, index) => ({
    person,
    userId: `player-${index}`,
    profileId: newId(),
  }));
  readonly rule: Rule = { connectionId: newId(), attributeId: newId(), ruleId: newId(), name: 'gamStop' };
  private readonly other: Rule = { connectionId: newId(), attributeId: newId(), ruleId: newId(), name: 'selfExcluded' };

  private arranged: Partial<Trial> = {};

  private get values(): { excluding: TypedValue; told: TypedValue; own: TypedValue; harmless: TypedValue } {
    return types[this.setting.type];
  }

  constructor(
    private readonly database: TestDatabase,
    private readonly module: TestingModule,
    readonly setting: Setting,
  ) {}

  /** As everything stands when the list is read. */
  async make(): Promise<void> {
    const { data } = this.setting;
    await this.addAttribute(this.rule, {
      state: data === 'FAILED' || data === 'STOPPED' ? data : 'FRESH',
      dataDate: data === 'NEVER_SYNCED' ? null : newDay,
      ageHours: data === 'TOO_OLD' ? 73 : 71,
      gapBefore: data === 'DAY_MISSED' ? gapBefore : null,
      completeDate: data === 'NOT_LOADED' ? null : oldDay,
    });
    await this.addRule(this.rule, this.setting.whenUnknown);
    await this.addAttribute(this.other, {
      state: 'FRESH',
      dataDate: newDay,
      ageHours: 71,
      gapBefore: null,
      completeDate: oldDay,
    });
    const early = this.crowd.filter(({ person }) => person.value === 'BEFORE_PROFILE');
    const { told, harmless } = this.values;
    await this.remember(this.rule, { dataDate: oldDay, crowd: early }, () => told);
    await this.addProfiles();
    const later = this.crowd.filter(({ person }) => ['EXCLUDING', 'HARMLESS', 'CLEARED'].includes(person.value));
    await this.remember(this.rule, { dataDate: oldDay, crowd: later }, ({ value }) =>
      value === 'CLEARED' ? null : value === 'EXCLUDING' ? told : harmless,
    );
    if (data === 'DOUBTFUL') await this.doubt();
  }

  /** What becomes of people between the list and the hand-over. */
  async change(): Promise<void> {
    const changed = this.crowd.filter(({ person }) => person.change !== 'NONE');
    const { told, harmless } = this.values;
    await this.remember(this.rule, { dataDate: newDay, crowd: changed }, ({ change }) =>
      change === 'TO_EXCLUDING' ? told : harmless,
    );
    const listed = this.crowd.filter(({ person }) => person.listing !== 'NONE').map((each) => entryOf(each));
    await this.database.query(
      `INSERT INTO suppression_entry (id, project_id, kind, value, medium, reason)
       SELECT gen_random_uuid(), $1, kind, value, medium, 'Asked not to be contacted'
       FROM unnest($2::text[], $3::text[], $4::text[]) AS e(kind, value, medium)`,
      [
        this.projectId,
        listed.map(({ kind }) => kind),
        listed.map(({ value }) => value),
        listed.map(({ medium }) => medium),
      ],
    );
  }

  /** Overrides, the other connection's rule and whether Optimove's executions are guarded, as a trial says. */
  async arrange(trial: Trial): Promise<void> {
    const was = this.arranged;
    this.arranged = trial;
    if (trial.otherRule !== was.otherRule) await this.arrangeOther(trial.otherRule);
    if (trial.override !== was.override) await this.arrangeOverride(trial.override);
    if (trial.origin !== was.origin) await this.arrangeFeeds(trial.origin);
  }

  private async arrangeFeeds(origin: Trial['origin']): Promise<void> {
    const { database, projectId, rule } = this;
    await database.query(
      `INSERT INTO suppression_feed (connection_id, project_id, guards_optimove) VALUES ($1, $3, $4), ($2, $3, true)
       ON CONFLICT (connection_id) DO UPDATE SET guards_optimove = excluded.guards_optimove`,
      [rule.connectionId, this.other.connectionId, projectId, origin === 'OPTIMOVE_GUARDED'],
    );
  }

  private async arrangeOverride(override: Trial['override']): Promise<void> {
    const { database, projectId, rule } = this;
    await database.query('DELETE FROM guard_override WHERE project_id = $1', [projectId]);
    if (override === 'NONE') return;
    await database.query(
      `INSERT INTO guard_override (id, project_id, rule_id, reason, granted_by, expires_at, revoked_at)
       VALUES ($1, $2, $3, 'A reason', 'tests', now() + $4 * interval '1 hour', $5)`,
      [newId(), projectId, rule.ruleId, override === 'EXPIRED' ? -1 : 1, override === 'REVOKED' ? new Date() : null],
    );
  }

  private async arrangeOther(otherRule: Trial['otherRule']): Promise<void> {
    const { database, other } = this;
    await database.query('DELETE FROM exclusion_rule WHERE id = $1', [other.ruleId]);
    if (otherRule === 'NONE') return;
    await this.addRule(other, 'ALLOW');
    await database.query('UPDATE suppression_attribute SET data_date = $2 WHERE id = $1', [
      other.attributeId,
      otherRule === 'STALE' ? null : newDay,
    ]);
    const { told, harmless } = this.values;
    await this.remember(other, { dataDate: newDay, crowd: this.crowd }, () =>
      otherRule === 'EXCLUDING' ? told : harmless,
    );
  }

  private async addAttribute(
    { attributeId, connectionId, name }: Rule,
    standing: {
      state: string;
      dataDate: string | null;
      ageHours: number;
      gapBefore: string | null;
      completeDate: string | null;
    },
  ): Promise<void> {
    const { state, dataDate, ageHours, gapBefore: gap, completeDate } = standing;
    await this.database.query(
      `INSERT INTO suppression_attribute (id, project_id, connection_id, name, type, state, data_date, data_as_of, gap_before,
         is_gap_open, complete_date)
       VALUES ($1, $2, $3, $4, $10, $5, $6, now() - $7 * interval '1 hour', $8::date, $8::date IS NOT NULL, $9)`,
      [
        attributeId,
        this.projectId,
        connectionId,
        name,
        state,
        dataDate,
        ageHours,
        gap,
        completeDate,
        this.setting.type,
      ],
    );
  }

  private async addRule({ ruleId, connectionId, attributeId }: Rule, whenUnknown: string): Promise<void> {
    const { excluding } = this.values;
    await this.database.query(
      `INSERT INTO exclusion_rule (id, project_id, connection_id, attribute_id, excluding_values, excluding_keys, when_unknown, maximum_age_hours)
       VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, 72)`,
      [
        ruleId,
        this.projectId,
        connectionId,
        attributeId,
        JSON.stringify([excluding]),
        comparisonKeys(excluding),
        whenUnknown,
      ],
    );
  }

  private remember(
    { attributeId, name }: Rule,
    { dataDate, crowd }: { dataDate: string; crowd: Somebody[] },
    valueFor: (person: Person) => TypedValue | null,
  ): Promise<void> {
    const values = new Map(crowd.map(({ userId, person }) => [userId, valueFor(person)]));
    const target = {
      projectId: this.projectId,
      attributeId,
      name,
      dataDate,
      runId: null,
      mayBeOld: false,
      clears: true,
    };
    const { module } = this;
    return module.get(Transactions).run((tx) => module.get(RememberedValueRepository).apply(tx, target, values));
  }

  private doubt(): Promise<void> {
    const { attributeId, name } = this.rule;
    const target = {
      projectId: this.projectId,
      attributeId,
      name,
      dataDate: oldDay,
      runId: null,
      mayBeOld: false,
      clears: true,
    };
    const userIds = this.crowd.map(({ userId }) => userId);
    const { module } = this;
    return module.get(Transactions).run((tx) => module.get(RememberedValueRepository).doubt(tx, target, userIds));
  }

  private async addProfiles(): Promise<void> {
    const { crowd, projectId, rule } = this;
    const own = crowd.map(({ person }) =>
      JSON.stringify(person.value === 'OWN_EXCLUDING' ? { [rule.name]: this.values.own } : {}),
    );
    const ids = crowd.map(({ profileId }) => profileId);
    await this.database.query(
      `INSERT INTO profile (id, project_id, user_id, email, mobile_number, email_subscription, sms_subscription, attributes)
       SELECT id, $1, user_id, email, number, 'SUBSCRIBED', 'SUBSCRIBED', own
       FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::jsonb[]) AS p(id, user_id, email, number, own)`,
      [projectId, ids, crowd.map(({ userId }) => userId), crowd.map(emailOf), crowd.map(numberOf), own],
    );
    await this.database.query(
      `INSERT INTO device (id, project_id, profile_id, app_id, token, platform, web_push_keys)
       SELECT gen_random_uuid(), $1, id, gen_random_uuid(), platform || id, platform, keys FROM unnest($2::uuid[]) AS p(id),
         (VALUES ('IOS', NULL), ('WEB', '{"p256dh": "key", "auth": "secret"}'::jsonb)) AS d(platform, keys)`,
      [projectId, ids],
    );
  }
}

/** Addresses are written with capitals on the profile and without on the list. */
function emailOf({ userId }: Somebody): string {
  return `${userId}@Example.COM`;
}

function numberOf({ userId }: Somebody): string {
  return `4477009${userId.slice('player-'.length).padStart(5, '0')}`;
}

function entryOf(each: Somebody): { kind: string; value: string; medium: string } {
  const [by, where = 'ANY'] = each.person.listing.split('_FOR_');
  if (by === 'ADDRESS') return { kind: 'EMAIL', value: emailOf(each).toLowerCase(), medium: where };
  if (by === 'NUMBER') return { kind: 'MOBILE_NUMBER', value: numberOf(each), medium: where };
  return { kind: 'USER_ID', value: each.userId, medium: where };
}
