import { newId } from '@libs/foundation';
import { SuppressionService } from '@modules/suppression';
import type { Account, ChosenAttribute, Stage } from './stage';

/** A run as people see it. */
export interface Sync {
  id: string;
  taskId: string;
  source: string;
  dataDate: string;
  state: string;
  detail: string | null;
  received: number;
  added: number;
  changed: number;
  cleared: number;
  unchanged: number;
  keptOwn: number;
  unknownCustomers: number;
  repeated: number;
  rejected: number;
}

/** A suppression attribute as the feed shows it. */
export interface Attribute {
  id: string;
  state: string;
  stateReason: string | null;
  dataDate: string | null;
  gapBefore: string | null;
}

/** Days of data, one after the other. */
export const days = ['2026-05-01', '2026-05-02', '2026-05-03', '2026-05-04'] as const;

/** What tests of the sync do with a stage that is there once they run. */
export function syncSteps(stageOf: () => Stage) {
  let names = 0;

  /** An attribute of its own for each test. */
  function choose(account: Account): Promise<ChosenAttribute> {
    names += 1;
    return stageOf().choose(account, `gamStop${names}`);
  }

  /** What customers became on a day, at Optimove. */
  async function passDay(
    account: Pick<Account, 'control'>,
    date: string,
    name: string,
    values: Record<string, string | null>,
  ): Promise<void> {
    await account.control('PUT', `/attributes/${name}`, { values });
    await account.control('PUT', '/data-date', { date });
  }

  async function runNow(account: Account): Promise<void> {
    const { userErrors } = await stageOf().mutate('runSuppressionSync', 'RunSuppressionSyncInput', 'dataDate', {
      connectionId: account.connectionId,
    });
    expect(userErrors).toEqual([]);
    await stageOf().work();
  }

  async function syncs(attributeId: string): Promise<Sync[]> {
    const { suppressionSyncs } = await stageOf().graphql<{ suppressionSyncs: { nodes: Sync[] } }>(
      `query ($id: ID!) { suppressionSyncs(suppressionAttributeId: $id) { nodes { id taskId source dataDate state detail
         received added changed cleared unchanged keptOwn unknownCustomers repeated rejected } } }`,
      { id: attributeId },
    );
    return suppressionSyncs.nodes;
  }

  async function attributeOf({ connectionId }: Account, id: string): Promise<Attribute> {
    const { suppressionFeed } = await stageOf().graphql<{ suppressionFeed: { attributes: Attribute[] } }>(
      `query ($id: ID!) { suppressionFeed(connectionId: $id) { attributes { id state stateReason dataDate gapBefore } } }`,
      { id: connectionId },
    );
    const found = suppressionFeed.attributes.find((each) => each.id === id);
    if (!found) throw new Error('The attribute is not in the feed');
    return found;
  }

  async function addRule(suppressionAttributeId: string): Promise<string> {
    const { rule } = await stageOf().mutate<{ rule: { id: string } }>(
      'createExclusionRule',
      'CreateExclusionRuleInput',
      'rule { id }',
      { suppressionAttributeId, excludingValues: ['true'], whenUnknown: 'ALLOW', maximumAgeHours: 8760 },
    );
    return rule.id;
  }

  /** What the gate says about a message of this connection's executions, with the guard on. */
  async function decide({ connectionId }: Account, profileId: string): Promise<string> {
    await stageOf().database.query('UPDATE suppression_feed SET guards_optimove = true WHERE connection_id = $1', [
      connectionId,
    ]);
    await stageOf().database.query(
      `UPDATE profile SET email = user_id || '@example.com', email_subscription = 'SUBSCRIBED' WHERE id = $1`,
      [profileId],
    );
    const [decision] = await stageOf().transactions.run((tx) =>
      stageOf()
        .app.get(SuppressionService)
        .decide(tx, {
          projectId: stageOf().actor.projectId,
          origin: { kind: 'OPTIMOVE', connectionId, executionId: newId() },
          people: [{ seq: 1, profileId }],
          media: ['EMAIL'],
        }),
    );
    if (!decision) throw new Error('The gate said nothing');
    return decision.isAllowed ? 'ALLOWED' : decision.reason;
  }

  const valueOnProfile = async (profileId: string, name: string): Promise<unknown> =>
    (
      await stageOf().database.query<{ value: unknown }>(
        'SELECT attributes -> $2::text AS value FROM profile WHERE id = $1',
        [profileId, name],
      )
    )[0]?.value;

  /** A file of values. */
  const load = (id: string, dataDate: string, csv: string) =>
    stageOf().rest(`/imports/suppression-values/${id}?dataDate=${dataDate}&complete=true&reason=Load`, {
      method: 'POST',
      body: csv,
    });

  return { choose, passDay, runNow, syncs, attributeOf, addRule, decide, valueOnProfile, load };
}
