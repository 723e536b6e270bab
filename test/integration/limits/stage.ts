import { newId } from '@libs/foundation';
import { StartDirect } from '../../../src/campaigns/direct/start-direct';
import { ExecutionContexts } from '../../../src/campaigns/execution/execution-context';
import { SendChunk } from '../../../src/campaigns/execution/send-chunk';
import { addProviders, mutate } from '../../support/campaign-stage';
import { type ContentStage, setStage as setContentStage } from '../content/stage';

/** How one person came out of an execution. */
export interface Ending {
  userId: string;
  state: string | null;
  reason: string | null;
}

/** The api host with people, and the worker's steps by hand. */
export interface LimitStage extends ContentStage {
  /** Adds a profile that takes e-mail and SMS unless told. @returns its id. */
  person(userId: string, more?: object): Promise<string>;
  category(more: object): Promise<{ id: string; version: number }>;
  /** Launches a Direct campaign to the people with this word at the beginning of their user ID. @returns its execution. */
  launched(who: string, content: object): Promise<string>;
  /** Launches the campaign of an execution once more. @returns the new execution. */
  relaunched(executionId: string): Promise<string>;
  /** Sends what is due of an execution. */
  run(executionId: string): Promise<void>;
  endings(executionId: string): Promise<Ending[]>;
  /** Launch and send in one. */
  send(who: string, content: object): Promise<Ending[]>;
  setRules(rules: object): Promise<void>;
  /** As if it were so much later for the people of an execution who wait. */
  waited(executionId: string): Promise<void>;
}

/** A text message, an e-mail, a push. */
export const texts = {
  sms: { sms: { from: 'Example', text: 'Hello' } },
  email: { email: { fromAddress: 'offers@example.com', fromName: 'Example', subject: 'Hello', html: '<p>Hello</p>' } },
  mobilePush: { mobilePush: { title: 'Hello', body: 'Hello' } },
};

/** Builds the stage on a database of its own. */
export async function setStage(): Promise<LimitStage> {
  const stage = await setContentStage();
  await addProviders(stage);
  const { graphql, database, app, projectId } = stage;
  let people = 0;

  const person = async (userId: string, more: object = {}): Promise<string> => {
    people += 1;
    const input = {
      userId,
      email: `${userId}@example.com`,
      mobileNumber: `4915100${String(people).padStart(6, '0')}`,
      ...{ emailSubscription: 'SUBSCRIBED', smsSubscription: 'SUBSCRIBED', ...more },
    };
    const { profile } = await mutate<{ profile: { id: string } }>(
      graphql,
      'upsertProfile',
      'UpsertProfileInput',
      'profile { id }',
      input,
    );
    return profile.id;
  };

  const category = async (more: object): Promise<{ id: string; version: number }> => {
    const input = { name: `Category ${newId()}`, ...more };
    const payload = await mutate<{ category: { id: string; version: number } }>(
      graphql,
      'createEngagementCategory',
      'CreateEngagementCategoryInput',
      'category { id version }',
      input,
    );
    return payload.category;
  };

  const launched = async (who: string, content: object): Promise<string> => {
    const rules = JSON.stringify({ rules: [{ kind: 'attribute', name: 'user_id', is: 'startsWith', value: who }] });
    const created = await mutate<{ campaign: { id: string; version: number } }>(
      graphql,
      'createDirectCampaign',
      'CreateDirectCampaignInput',
      'campaign { id version }',
      { name: `Campaign ${newId()}`, content, segment: { rules } },
    );
    await mutate(graphql, 'launchDirectCampaign', 'LaunchDirectCampaignInput', 'campaign { id }', created.campaign);
    return started(created.campaign.id);
  };

  const started = async (campaignId: string): Promise<string> => {
    const direct = app.get(StartDirect, { strict: false });
    await direct.announceDue(100);
    const [execution] = await database.query<{ id: string }>(
      'SELECT id FROM execution WHERE optimove_campaign_id = $1 ORDER BY id DESC LIMIT 1',
      [campaignId],
    );
    if (!execution) throw new Error('Nothing was announced');
    await direct.start(execution.id);
    return execution.id;
  };

  const relaunched = async (executionId: string): Promise<string> => {
    const [campaign] = await database.query<{ id: string; version: number }>(
      `SELECT c.id, c.version FROM direct_campaign c JOIN execution e ON e.optimove_campaign_id = c.id::text WHERE e.id = $1`,
      [executionId],
    );
    await mutate(graphql, 'launchDirectCampaign', 'LaunchDirectCampaignInput', 'campaign { id }', campaign ?? {});
    return started(campaign?.id ?? '');
  };

  const run = async (executionId: string): Promise<void> => {
    await app.get(ExecutionContexts, { strict: false }).reload(executionId);
    await app.get(SendChunk, { strict: false }).run({ executionId, chunkNo: 1 });
  };

  const endings = (executionId: string): Promise<Ending[]> =>
    database.query<Ending>(
      `SELECT customer_id AS "userId", end_state AS state, reason FROM recipient WHERE execution_id = $1 ORDER BY customer_id`,
      [executionId],
    );

  const setRules = async (rules: object): Promise<void> => {
    const { sendingRules } = await graphql<{ sendingRules: { version: number } }>('{ sendingRules { version } }');
    await mutate(graphql, 'updateSendingRules', 'UpdateSendingRulesInput', 'sendingRules { version }', {
      ...rules,
      version: sendingRules.version,
    });
  };

  return {
    ...stage,
    person,
    category,
    launched,
    relaunched,
    run,
    endings,
    setRules,
    send: async (who, content) => {
      const executionId = await launched(who, content);
      await run(executionId);
      return endings(executionId);
    },
    waited: async (executionId) => {
      await database.query('UPDATE recipient SET held_until = now() WHERE execution_id = $1', [executionId]);
      await database.query('UPDATE execution_chunk SET due_at = now() WHERE execution_id = $1', [executionId]);
    },
    projectId,
  };
}
