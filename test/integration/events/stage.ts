import type { EmailMessage } from '@libs/delivery';
import { newId } from '@libs/foundation';
import { ApplyReceipts } from '../../../src/campaigns/execution/apply-receipts';
import { ApplyEngagement } from '../../../src/campaigns/tracking/apply-engagement';
import { ApplyKeywords } from '../../../src/campaigns/tracking/apply-keywords';
import { MessageLinks } from '../../../src/campaigns/tracking/message-links';
import { addProviders, mutate } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';
import { insertExecution } from '../ledger/stage';

/** Somebody who got a message. */
export interface Reached {
  profileId: string;
  seq: number;
  email: string;
  number: string;
  /** What the links of the message are made of. */
  links: { messageId: string; open: string; click(target: string): string; unsubscribe: string; preferences: string };
}

/** The api with accounts at the far ends, and an execution whose messages went out. */
export type EventsStage = ContentStage & {
  accounts: Record<'fcm' | 'smtp' | 'smpp', string>;
  executionId: string;
  people: Reached[];
  /** Applies everything that waits. */
  apply(): Promise<void>;
  /** Calls an address of ours, at whatever host it is said to be. */
  visit(url: string, init?: RequestInit): Promise<Response>;
  funnel<T>(fields: string): Promise<T>;
  profile(person: Reached): Promise<Shown>;
};

interface Shown {
  emailSubscription: string;
  smsSubscription: string;
  isEmailAddressable: boolean;
}

const publicUrl = 'http://127.0.0.1:1';
let made = 0;

/** Builds the stage with so many people, each with an accepted e-mail and an accepted text. */
export async function stageEvents(count: number): Promise<EventsStage> {
  const stage = await setStage();
  await addProviders(stage);
  const { providerAccounts } = await stage.graphql<{ providerAccounts: { id: string; provider: string }[] }>(
    '{ providerAccounts { id provider } }',
  );
  const accounts = Object.fromEntries(providerAccounts.map(({ id, provider }) => [provider, id]));
  const executionId = await insertExecution(stage.database, { projectId: stage.projectId, people: count });
  await stage.database.query(
    `INSERT INTO execution_template (execution_id, optimove_template_id, received) VALUES ($1, '1', $2)`,
    [executionId, count],
  );
  const people: Reached[] = [];
  for (let seq = 1; seq <= count; seq += 1) people.push(await reach(stage, { executionId, seq, accounts }));
  const apply = async (): Promise<void> => {
    await stage.app.get(ApplyReceipts).run();
    await stage.app.get(ApplyKeywords).run();
    await stage.app.get(ApplyEngagement).run();
  };
  return {
    ...stage,
    accounts: accounts as EventsStage['accounts'],
    executionId,
    people,
    apply,
    visit: (url, init) => fetch(url.replace(publicUrl, stage.apiUrl), { redirect: 'manual', ...init }),
    funnel: async <T>(fields: string) => {
      const query = `query ($id: ID!) { execution(id: $id) { funnel { ${fields} } } }`;
      return (await stage.graphql<{ execution: { funnel: T } }>(query, { id: executionId })).execution.funnel;
    },
    profile: async ({ email }) => {
      const [row] = await stage.database.query<Shown>(
        `SELECT email_subscription AS "emailSubscription", sms_subscription AS "smsSubscription",
           is_email_addressable AS "isEmailAddressable" FROM profile WHERE email = $1`,
        [email],
      );
      return row as Shown;
    },
  };
}

/** As before the end of somebody of whom one message waits for another try. */
export async function stillOpen(
  { database, executionId }: EventsStage,
  { seq }: Reached,
  waits: 'EMAIL' | 'SMS',
): Promise<void> {
  await database.query(
    'UPDATE recipient SET profile_id = NULL, end_state = NULL, ended_at = NULL WHERE execution_id = $1 AND seq = $2',
    [executionId, seq],
  );
  await database.query(
    `UPDATE delivery SET state = 'RETRY', provider_message_id = NULL, text_message_id = NULL WHERE execution_id = $1 AND seq = $2 AND medium = $3`,
    [executionId, seq, waits],
  );
}

/** A subscribed person with an accepted e-mail and an accepted text in the execution. */
async function reach(
  stage: ContentStage,
  { executionId, seq, accounts }: { executionId: string; seq: number; accounts: Record<string, string> },
): Promise<Reached> {
  made += 1;
  const [email, number] = [`person-${made}@example.com`, `49151${String(made).padStart(8, '0')}`];
  const { profile } = await mutate<{ profile: { id: string } }>(
    stage.graphql,
    'upsertProfile',
    'UpsertProfileInput',
    'profile { id }',
    {
      ...{ userId: newId(), email, mobileNumber: number },
      ...{ emailSubscription: 'SUBSCRIBED', smsSubscription: 'SUBSCRIBED' },
    },
  );
  const { id: profileId } = profile;
  const links = linksOf(stage, { executionId, seq, profileId });
  await stage.database.query(
    `INSERT INTO delivery (execution_id, seq, medium, address_key, project_id, profile_id, account_id, state, fence,
       provider_message_id, text_message_id, answered_at, address)
     VALUES ($1, $2, 'EMAIL', 'email', $3, $4, $5, 'ACCEPTED', 1, $6, NULL, now(), $9),
       ($1, $2, 'SMS', 'mobile', $3, $4, $7, 'ACCEPTED', 1, $8, $8, now(), $10)`,
    [
      ...[executionId, seq, stage.projectId, profileId, accounts.smtp, links.messageId, accounts.smpp, `sms-${made}`],
      ...[email, number],
    ],
  );
  await stage.database.query(
    `UPDATE recipient SET profile_id = $3, end_state = 'SENT', ended_at = now() WHERE execution_id = $1 AND seq = $2`,
    [executionId, seq, profileId],
  );
  return { profileId, seq, email, number, links };
}

function linksOf(
  { app }: ContentStage,
  { executionId, seq, profileId }: { executionId: string; seq: number; profileId: string },
): Reached['links'] {
  const links = app.get(MessageLinks);
  const message = (html: string): EmailMessage =>
    links.addTo<EmailMessage>(
      { deliveryId: 'd', to: '', fromAddress: 'a@example.com', fromName: '', subject: '', html, text: '' },
      { executionId, seq, medium: 'EMAIL', profileId },
      new Date(),
    );
  const linkIn = (html: string, kind: string): string =>
    (new RegExp(`"(http[^"]*/t/${kind}/[^"]*)"`).exec(html)?.[1] ?? '').replaceAll('&amp;', '&');
  const { html, messageToken, unsubscribeUrl } = message('<p></p>');
  return {
    messageId: `<${messageToken}@example.com>`,
    open: linkIn(html, 'o'),
    click: (target) => linkIn(message(`<a href="${target}">x</a>`).html, 'c'),
    unsubscribe: unsubscribeUrl ?? '',
    preferences: links.preferencesUrl({ executionId, seq, medium: 'EMAIL', profileId }, new Date()),
  };
}
