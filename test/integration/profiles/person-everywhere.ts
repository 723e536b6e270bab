import { newId } from '@libs/foundation';
import { insertExecution } from '../ledger/stage';
import type { Stage } from './stage';

/** Names that stand for one person, and nowhere else. */
export const needle = {
  userId: 'needle-user',
  customerId: 'needle-optimove',
  /** Listed with the user ID, and not matched yet. */
  listedId: 'needle-listed',
  email: 'needle@example.com',
  mobileNumber: '447700900977',
};

/** Puts the person into every table that upper modules keep of people. @returns the execution that names them. */
export async function putEverywhere({ database, projectId }: Stage, profileId: string): Promise<string> {
  const { customerId, listedId, userId, email, mobileNumber } = needle;
  const insert = (table: string, row: Record<string, unknown>): Promise<unknown> => {
    const columns = Object.keys(row);
    const places = columns.map((_column, index) => `$${index + 1}`);
    return database.query(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places.join(', ')})`,
      Object.values(row),
    );
  };
  const connectionId = newId();
  const owner = { project_id: projectId, connection_id: connectionId };
  const executionId = await insertExecution(database, { projectId, people: 3 });
  const ofExecution = { execution_id: executionId, project_id: projectId };
  await database.query('SELECT ensure_engagement_partitions(now())');
  await database.query('UPDATE recipient SET customer_id = $2, profile_id = $3 WHERE execution_id = $1 AND seq = 1', [
    executionId,
    customerId,
    profileId,
  ]);
  await insert('connection', {
    ...{
      id: connectionId,
      account_id: newId(),
      project_id: projectId,
      name: 'Casino',
      endpoint: 'https://example.com',
    },
    ...{ api_token_hint: 'x', callback_secret: 'x', user_id_attribute: 'LOYALTY_ID' },
  });
  await database.query(`UPDATE execution SET connection_id = $2, attributes = '{MOBILE,LOYALTY_ID}' WHERE id = $1`, [
    executionId,
    connectionId,
  ]);
  await database.query('UPDATE recipient SET customer_id = $2 WHERE execution_id = $1 AND seq = 3', [
    executionId,
    listedId,
  ]);
  await insert('recipient_staging', {
    ...{ ...ofExecution, reading: 1, row_no: 3, customer_id: listedId, optimove_template_id: '1', scheduled_time: '' },
    ...{ is_control: false, attributes: [mobileNumber, ` ${userId}`] },
  });
  await insert('delivery', {
    ...{ ...ofExecution, seq: 1, medium: 'EMAIL', address_key: 'email', profile_id: profileId, account_id: newId() },
    ...{ state: 'ACCEPTED', fence: 1, address: email },
  });
  await insert('recipient_staging', {
    ...{
      ...ofExecution,
      reading: 1,
      row_no: 1,
      customer_id: customerId,
      optimove_template_id: '1',
      scheduled_time: '',
    },
    ...{ is_control: false, attributes: [email, 'gold'] },
  });
  await insert('recipient_reject', {
    ...{
      ...ofExecution,
      reading: 1,
      row_no: 2,
      state: 'DUPLICATE',
      optimove_template_id: '1',
      customer_id: customerId,
    },
    ...{ reason: 'again', raw: `{"CustomerID":"${customerId}"}` },
  });
  await insert('engagement_intake', {
    ...{ ...ofExecution, seq: 1, medium: 'EMAIL', kind: 'CLICKED', link: `https://example.com/?me=${email}` },
    ...{ user_agent: 'needle browser', occurred_at: new Date() },
  });
  const categoryId = newId();
  await insert('engagement_category', { id: categoryId, project_id: projectId, name: 'Offers' });
  await insert('engagement_use', {
    ...{ project_id: projectId, category_id: categoryId, profile_id: profileId, last_used_at: new Date() },
    uses: JSON.stringify({ [`${executionId}:1`]: Math.round(Date.now() / 1000) }),
  });
  for (const [customer, kind] of [
    [customerId, 'event-11'],
    ['somebody-else', 'event-11'],
  ]) {
    const body = Buffer.from(JSON.stringify({ EventTypeID: 11, CampaignID: 1, TemplateID: 1, CustomerID: customer }));
    await insert('callback_journal', { ...owner, kind, body, outcome: 'TRIGGERED', call_id: newId() });
  }
  const report = { project_id: projectId, account_id: newId(), occurred_at: new Date() };
  await insert('text_intake', { ...report, from_number: `+${mobileNumber}`, to_number: '60777', text: 'needle STOP' });
  for (const [address, raw] of [
    [email.toUpperCase(), null],
    [null, `{"msisdn":"${mobileNumber}"}`],
  ]) {
    await insert('receipt_intake', {
      ...report,
      provider_message_id: newId(),
      status: 'FAILED',
      code: '1',
      address,
      raw,
    });
  }
  await insert('short_link', {
    ...{ code: 'abc', project_id: projectId, execution_id: executionId, seq: 1, medium: 'SMS' },
    ...{ target: `https://example.com/?me=${userId}`, expires_at: new Date() },
  });
  await insert('number_reject', {
    ...owner,
    execution_id: executionId,
    seq: 1,
    customer_id: customerId,
    value: '00',
    reason: 'x',
  });
  await insert('matched_customer', { ...owner, customer_id: customerId, profile_id: profileId });
  await insert('kept_message', {
    ...{ delivery_id: `${executionId}.1`, project_id: projectId, profile_id: profileId, account_id: newId() },
    ...{ medium: 'INBOX', content: { title: `Hello ${userId}` }, expires_at: new Date(Date.now() + 86_400_000) },
  });
  const testSendId = newId();
  await insert('test_send', {
    id: testSendId,
    project_id: projectId,
    campaign_id: newId(),
    content: {},
    prefix: '',
    sent_by: 'me',
  });
  await insert('test_delivery', {
    ...{ test_send_id: testSendId, seq: 1, medium: 'EMAIL', address_key: 'email', project_id: projectId },
    ...{ profile_id: profileId, state: 'ACCEPTED' },
  });
  const targetId = newId();
  await insert('subscription_target', { ...owner, id: targetId, medium: 'EMAIL', optimove_channel_id: 5 });
  await insert('subscription_status', {
    ...{ ...owner, target_id: targetId, customer_id: customerId, profile_id: profileId, owed: 'SUBSCRIBED' },
  });
  const settled = newId();
  const open = newId();
  const key = {
    ...{ ...owner, optimove_campaign_id: '1', optimove_channel_id: 5, optimove_template_id: '1', event: 'OPENED' },
    ...{ day: '2026-11-25', closes_at: new Date() },
  };
  for (const [id, settledAt] of [
    [settled, new Date()],
    [open, null],
  ]) {
    await insert('engagement_batch', { ...key, id, road: 'EVENTS', customers: 1, settled_at: settledAt });
  }
  for (const batchId of [settled, open, null]) {
    const event = { ...key, customer_id: customerId, occurred_at: new Date(), batch_id: batchId };
    await insert('engagement_event', event);
  }
  await insert('suppression_entry', {
    ...{ id: newId(), project_id: projectId, kind: 'USER_ID', value: userId, medium: 'ANY', reason: 'asked' },
  });
  await database.query(
    `INSERT INTO task_error (project_id, task_id, row_data, reason) SELECT $1, id, $2, 'no' FROM task LIMIT 1`,
    [projectId, JSON.stringify({ line: 4, raw: `USER_ID,${userId},ANY` })],
  );
  return executionId;
}
