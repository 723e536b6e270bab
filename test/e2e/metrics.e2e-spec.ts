import { newId } from '@libs/foundation';
import { alertRules, metricsIn } from '../support/alert-rules';
import {
  addProviders,
  completedExecution,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { startHost } from '../support/host';
import { type Product, startProduct } from '../support/product';

describe('the metrics of a worker', () => {
  let product: Product;
  let url: string;
  let connectionId: string;

  beforeAll(async () => {
    product = await startProduct({ env: { METRICS_PORT: '0' } });
    await addProviders(product);
    url = String(product.hosts.worker.messages.ready?.metricsUrl);
  });
  afterAll(() => product?.stop());

  const read = async (): Promise<Map<string, number>> => {
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
    const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
  };

  it('count hand-overs by their outcome, jobs, and what waits', async () => {
    const stage = await stageCampaign(product, { content: { mobilePush: { title: 'Hello', body: 'A bonus' } } });
    const { id, announced } = await planWithPeople(product, stage, { count: 20 });
    await product.control('PUT', '/far-ends/mobilePush/fault', { kind: '5xx', times: 2 });
    await runAtOptimove(product, stage, id);
    ({ connectionId } = stage);
    await completedExecution(product, connectionId);
    const metrics = await read();
    const handOvers = (outcome: string) =>
      metrics.get(`hand_overs_total{medium="MOBILE_PUSH",provider="fcm",outcome="${outcome}"}`);
    expect({ accepted: handOvers('ACCEPTED'), retried: handOvers('RETRYABLE') }).toEqual({
      accepted: announced,
      retried: 2,
    });
    const queue = 'campaigns.send-chunk';
    expect(metrics.get(`jobs_total{queue="${queue}",outcome="completed"}`)).toBeGreaterThan(0);
    expect(metrics.get(`job_wait_seconds_count{queue="${queue}"}`)).toBeGreaterThan(0);
    for (const state of ['wait', 'delayed', 'failed']) {
      expect([state, metrics.get(`queue_jobs{queue="${queue}",state="${state}"}`)]).toEqual([state, 0]);
    }
    expect(metrics.has(`queue_jobs{queue="${queue}",state="active"}`)).toBe(true);
    expect([...metrics.keys()].filter((name) => name.startsWith('provider_account_paused{account='))).not.toEqual([]);
    for (const name of ['outbox', 'text_intake', 'engagement_intake', 'triggered_intake', 'postbacks']) {
      expect([name, metrics.get(`${name}_lag_seconds`)]).toEqual([name, expect.any(Number)]);
    }
    expect(metrics.get('process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  it('say how much of the call budget of a connection is used', async () => {
    const metrics = await read();
    const [{ granted } = { granted: 0 }] = await product.database.query<{ granted: number }>(
      'SELECT calls_per_second AS granted FROM connection WHERE id = $1',
      [connectionId],
    );
    expect(metrics.get(`optimove_call_budget_per_second{connection="${connectionId}"}`)).toBe(granted);
    expect(metrics.get(`optimove_calls_total{connection="${connectionId}",lane="audience"}`)).toBeGreaterThan(0);
  });

  it('say how long an audience has been due, unless somebody holds it back', async () => {
    const id = newId();
    await product.database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date,
         state, reading, read_through, read_at, frozen_at) VALUES ($1, $1, $1, $1, 506, 'late', now(), 'RUNNING', 1, 1, now(), now())`,
      [id],
    );
    await product.database.query(
      `INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, due_at) VALUES ($1, 1, 1, 1, now() - interval '1 hour')`,
      [id],
    );
    expect((await read()).get('sending_lag_seconds')).toBeGreaterThanOrEqual(3_600);
    await product.database.query('UPDATE execution SET paused_at = now() WHERE id = $1', [id]);
    expect((await read()).get('sending_lag_seconds')).toBe(0);
    await product.database.query('DELETE FROM execution_chunk WHERE execution_id = $1', [id]);
    await product.database.query('DELETE FROM execution WHERE id = $1', [id]);
  });

  it('name the channels on which Optimove fell silent', async () => {
    const quiet = async () => [...(await read()).keys()].filter((name) => name.startsWith('channel_quiet'));
    expect(await quiet()).toEqual([]);
    // A zone in which it is about noon, so that the day is old enough to be judged.
    const hour = new Date().getUTCHours();
    const timeZone = hour === 12 ? 'Etc/GMT' : `Etc/GMT${hour > 12 ? '+' : '-'}${Math.abs(hour - 12)}`;
    await product.database.query('UPDATE connection SET time_zone = $2 WHERE id = $1', [connectionId, timeZone]);
    const [{ id: channelId } = { id: '' }] = await product.database.query<{ id: string }>(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date,
         state, announced_at)
       SELECT gen_random_uuid(), e.project_id, e.connection_id, e.channel_id, e.optimove_channel_id, 'earlier-' || n,
         current_date - days, 'COMPLETED', now() - days * interval '1 day' - interval '2 hours'
       FROM execution e, generate_series(1, 3) AS n, unnest(ARRAY[7, 14, 21]) AS days WHERE e.connection_id = $1
       RETURNING channel_id AS id`,
      [connectionId],
    );
    // Every five minutes is too long to wait for.
    const due = `UPDATE lease SET due_at = now() WHERE name = 'campaigns.quiet-channels'`;
    await eventually('the clock has looked again', async () => {
      await product.database.query(due);
      return (await quiet()).length > 0;
    });
    expect(await quiet()).toEqual([`channel_quiet{connection="${connectionId}",channel="${channelId}"}`]);
  });

  it('are all that the alerting rules ask for, each with a remedy', async () => {
    const pages = await Promise.all([url, `${product.apiUrl}/metrics`].map(async (page) => (await fetch(page)).text()));
    const exposed = pages.flatMap((page) => [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    const rules = alertRules();
    expect(rules.length).toBeGreaterThan(0);
    for (const { alert, expr, for: duration, labels, annotations } of rules) {
      const asked = metricsIn(expr);
      expect([alert, asked.length > 0, asked.filter((name) => !exposed.includes(name))]).toEqual([alert, true, []]);
      expect([duration, labels.severity]).toEqual([
        expect.stringMatching(/^\d+[smh]$/),
        expect.stringMatching(/^(critical|warning)$/),
      ]);
      expect(annotations).toEqual({ summary: expect.stringMatching(/\S/), remedy: expect.stringMatching(/\S/) });
    }
  });

  it('say how long a receipt has waited', async () => {
    await eventually('a receipt is seen before it is taken', async () => {
      await product.database.query(
        `INSERT INTO receipt_intake (project_id, account_id, provider_message_id, status, code, occurred_at, received_at,
           next_try_at) VALUES ($1, $1, $2, 'DELIVERED', '', now(), now() - interval '1 minute', now() - interval '1 minute')`,
        [newId(), newId()],
      );
      return ((await read()).get('receipt_intake_lag_seconds') ?? 0) >= 59;
    });
  });

  it('say how old the data are that people are excluded by', async () => {
    expect((await read()).get('suppression_data_age_seconds')).toBe(0);
    await product.database.query(
      `INSERT INTO suppression_attribute (id, project_id, connection_id, name, type, data_date)
       VALUES ($1, $2, $3, 'SelfExcluded', 'BOOLEAN', (now() AT TIME ZONE 'UTC')::date - 3)`,
      [newId(), newId(), newId()],
    );
    const age = (await read()).get('suppression_data_age_seconds') ?? 0;
    expect([age >= 2 * 86_400, age <= 3 * 86_400 + 60]).toEqual([true, true]);
    expect((await read()).get('suppression_rules_unreliable')).toBe(0);
    await product.database.query('DELETE FROM suppression_attribute');
  });

  it('say for how long Optimove has not been told', async () => {
    const of = [newId(), newId()];
    const message = `'1', 506, '1'`;
    const failed = `now() + interval '10 minutes'`;
    await product.database.query(
      `INSERT INTO metric_total (id, project_id, connection_id, optimove_campaign_id, optimove_channel_id,
         optimove_template_id, metric, owed_value, closes_at, due_since, next_try_at)
       VALUES ($1, $1, $2, ${message}, 'SENT', 5, now() + interval '1 day', now() - interval '1 hour', ${failed})`,
      of,
    );
    await product.database.query(
      `INSERT INTO engagement_batch (id, project_id, connection_id, optimove_campaign_id, optimove_channel_id,
         optimove_template_id, event, day, road, customers, closes_at, next_try_at)
       VALUES ($1, $1, $2, ${message}, 'OPENED', current_date - 2, 'EVENTS', 1, now() + interval '1 day', ${failed})`,
      of,
    );
    await product.database.query(
      `INSERT INTO engagement_event (project_id, connection_id, optimove_campaign_id, optimove_channel_id,
         optimove_template_id, event, day, customer_id, occurred_at, closes_at, batch_id)
       VALUES ($1, $2, ${message}, 'OPENED', current_date - 2, 'A1', now() - interval '2 days', now(), $1)`,
      of,
    );
    await product.database.query(
      `INSERT INTO subscription_postback (project_id, connection_id, is_on, subscribed_mode, unsubscribed_mode, confirmed_at)
       VALUES ($1, $2, true, 1, 2, now())`,
      of,
    );
    await product.database.query(
      `INSERT INTO subscription_target (id, project_id, connection_id, medium, optimove_channel_id) VALUES ($1, $1, $2, 'SMS', 444)`,
      of,
    );
    await product.database.query(
      `INSERT INTO subscription_status (target_id, customer_id, project_id, connection_id, owed, owed_since, next_try_at)
       VALUES ($1, 'A1', $1, $2, 'SUBSCRIBED', now() - interval '3 hours', ${failed})`,
      of,
    );
    const metrics = await read();
    const hours = (name: string): number => Math.floor((metrics.get(`${name}_lag_seconds`) ?? 0) / 3_600);
    expect(['postbacks', 'engagement_postbacks', 'subscription_postbacks'].map(hours)).toEqual([1, 48, 3]);
  });

  it('are the only thing that is served', async () => {
    expect((await fetch(new URL('/graphql', url))).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(404);
  });

  it('are off unless they are asked for, and a port that is taken is named before any work is done', async () => {
    const { METRICS_PORT: _none, ...env } = product.env;
    const silent = await startHost('worker', env);
    expect(silent.messages.ready?.metricsUrl).toBeNull();
    await silent.stop();
    const taken = startHost('worker', { ...product.env, METRICS_PORT: new URL(url).port });
    await expect(taken).rejects.toThrow(/Set METRICS_PORT to a free one/);
  });
});
