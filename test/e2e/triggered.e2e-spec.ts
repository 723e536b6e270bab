import { addProviders, countOf, type FunnelAnswer, mutate } from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { startHost } from '../support/host';
import { type Product, startProduct } from '../support/product';

const people = 40;

describe('a triggered campaign', () => {
  let product: Product;
  let tenant: { id: string; endpoint: string; apiToken: string };
  let connectionId: string;
  let channelId: number;
  let templateId: number;
  let campaignId: string;

  beforeAll(async () => {
    product = await startProduct({ env: { TRIGGERED_PER_PERSON_PER_HOUR: '3' } });
    await addProviders(product);
    tenant = await product.control('POST', '/tenants', { name: 'Trigger' });
    const { graphql } = product;
    ({
      connection: { id: connectionId },
    } = await mutate<{ connection: { id: string } }>(
      graphql,
      'createConnection',
      'CreateConnectionInput',
      'connection { id }',
      {
        name: 'Trigger',
        endpoint: tenant.endpoint,
        apiToken: tenant.apiToken,
      },
    ));
    const { channel } = await mutate<{ channel: { id: string; optimoveChannelId: number } }>(
      graphql,
      'addChannel',
      'AddChannelInput',
      'channel { id optimoveChannelId }',
      { connectionId, kind: 'TRIGGERED', name: 'Xtremepush Triggered' },
    );
    channelId = channel.optimoveChannelId;
    const { campaign } = await mutate<{ campaign: { id: string; version: number } }>(
      graphql,
      'createCampaign',
      'CreateCampaignInput',
      'campaign { id version }',
      {
        channelId: channel.id,
        name: 'Trigger',
        content: { mobilePush: { title: 'You won {{ event_amount }}', body: 'Code {{ promoCode }}: {{ notes }}' } },
      },
    );
    const launched = await mutate<{ campaign: { publication: { optimoveTemplateId: string } } }>(
      graphql,
      'launchCampaign',
      'LaunchCampaignInput',
      'campaign { publication { optimoveTemplateId } }',
      campaign,
    );
    campaignId = campaign.id;
    templateId = Number(launched.campaign.publication.optimoveTemplateId);
    const ids = Array.from({ length: people }, (_, index) => `T${index}`);
    const upload = (path: string, csv: string) =>
      product.rest(path, { method: 'POST', body: csv, headers: { 'content-type': 'text/csv' } });
    await upload('/imports/profiles', `userId\n${ids.join('\n')}`);
    await upload(
      '/imports/devices',
      `userId,token,platform\n${ids.map((id) => `${id},token-${id},ANDROID`).join('\n')}`,
    );
  });
  afterAll(() => product?.stop());

  const trigger = (customerIds: string[], extra: object, campaignId = 'b1f09') =>
    product.control('POST', `/tenants/${tenant.id}/trigger`, { channelId, templateId, campaignId, customerIds, extra });
  const funnelOf = async (optimoveCampaignId = 'b1f09'): Promise<FunnelAnswer & { state: string }> => {
    const query = `query ($id: ID!, $campaign: String!) {
      executions(connectionId: $id, kind: TRIGGERED, optimoveCampaignId: $campaign) { nodes { state
      funnel { received ended sent delivered endStates { state count } deliveries { medium state count } } } } }`;
    const { executions } = await product.graphql<{
      executions: { nodes: { state: string; funnel: FunnelAnswer }[] };
    }>(query, { id: connectionId, campaign: optimoveCampaignId });
    const found = executions.nodes;
    expect(found.length).toBeLessThanOrEqual(1);
    const [execution] = found;
    if (!execution) return { received: 0, ended: 0, sent: 0, delivered: 0, endStates: [], deliveries: [], state: '' };
    return { ...execution.funnel, state: execution.state };
  };
  const lastCall = async (): Promise<{ url: string; body: Record<string, unknown> }> => {
    type Sent = { url: string; body: Record<string, unknown> };
    const [sent] = (await product.control<Sent[]>('GET', `/tenants/${tenant.id}/callbacks`)).slice(-1);
    if (!sent) throw new Error('No callback was made');
    return sent;
  };
  const post = async (kind: string, body: object): Promise<void> => {
    const url = (await lastCall()).url.replace(/\/event-11$/, kind);
    expect((await fetch(url, { method: 'POST', body: JSON.stringify(body) })).status).toBe(200);
  };
  const inbox = () => product.farEnds.inbox.report(50).mobilePush;

  it('reaches each customer with the values of the trigger, in one execution of the day', async () => {
    const ids = Array.from({ length: people }, (_, index) => `T${index}`);
    await trigger(ids, { event_amount: 20, promoCode: ['WB23', 'NV10'], notes: 'enjoy' });
    await eventually('everybody has got the message', () => inbox().received === people);

    const text = JSON.stringify(inbox().last[0]);
    expect(text).toContain('You won 20');
    expect(text).toContain('Code WB23, NV10: enjoy');
    const funnel = await eventually('everybody has an end', async () => {
      const now = await funnelOf();
      return countOf(now, 'SENT') === people ? now : null;
    });
    expect({ state: funnel.state, received: funnel.received }).toEqual({ state: 'RUNNING', received: people });
    const { executions } = await product.graphql<{ executions: { nodes: object[] } }>(
      '{ executions(first: 1) { nodes { kind templates { optimoveTemplateId campaign { id name version } } } } }',
    );
    const campaign = { id: campaignId, name: 'Trigger', version: 1 };
    const templates = [{ optimoveTemplateId: String(templateId), campaign }];
    expect(executions.nodes).toEqual([{ kind: 'TRIGGERED', templates }]);
  });

  it('takes an equal callback for a repeat, and another time stamp for another occurrence', async () => {
    const [sent] = (
      await product.control<{ url: string; body: Record<string, unknown> }[]>('GET', `/tenants/${tenant.id}/callbacks`)
    ).slice(-1);
    const again = (body: object) => fetch(sent?.url ?? '', { method: 'POST', body: JSON.stringify(body) });
    const before = inbox().received;
    expect((await again(sent?.body ?? {})).status).toBe(200);
    expect((await again({ ...sent?.body, timeStamp: '2026-05-04 09:00:00' })).status).toBe(200);
    await eventually('the new occurrence arrives', () => inbox().received === before + 1);
    const funnel = await eventually('both are counted', async () => {
      const now = await funnelOf();
      return now.received === people + 2 && now.ended === now.received ? now : null;
    });
    expect(countOf(funnel, 'DUPLICATE')).toBe(1);
    expect(inbox().duplicates).toBe(0);
  });

  it('does not flood a person whom Optimove names again and again', async () => {
    const before = inbox().received;
    for (let index = 0; index < 6; index += 1) await trigger(['T5'], { event_amount: index }, '9001');
    const funnel = await eventually('all six are counted', async () => {
      const now = await funnelOf('9001');
      return now.ended === 6 ? now : null;
    });
    // T5 has had one of the other campaign.
    expect({ sent: countOf(funnel, 'SENT'), held: countOf(funnel, 'CATEGORY_LIMIT') }).toEqual({ sent: 2, held: 4 });
    expect(inbox().received).toBe(before + 2);
  });

  it('ends unknown customers with that reason, refuses visitors, and tells Optimove the totals', async () => {
    await trigger(['nobody'], { event_amount: 1 }, 'unknown');
    await eventually(
      'the unknown customer has an end',
      async () => countOf(await funnelOf('unknown'), 'PROFILE_NOT_FOUND') === 1,
    );
    const [sent] = (
      await product.control<{ url: string; body: Record<string, unknown> }[]>('GET', `/tenants/${tenant.id}/callbacks`)
    ).slice(-1);
    const { customerID: _left, ...visitor } = sent?.body ?? {};
    await fetch(sent?.url ?? '', { method: 'POST', body: JSON.stringify(visitor) });
    const [entry] = await product.database.query<{ outcome: string; reason: string }>(
      'SELECT outcome, reason FROM callback_journal ORDER BY id DESC LIMIT 1',
    );
    expect(entry).toEqual({ outcome: 'REFUSED', reason: expect.stringContaining('CustomerID') });
    await eventually('Optimove knows how many were sent to', async () => {
      const rows = await product.database.query<{ value: number }>(
        `SELECT acknowledged_value AS value FROM metric_total WHERE metric = 'SENT' AND optimove_campaign_id = '9001'`,
      );
      return rows[0]?.value === 2;
    });
  });

  it('is sent where the callback leaves out channel and template, as long as only one can be meant', async () => {
    const before = inbox().received;
    const [sent] = await product.control<{ url: string }[]>('GET', `/tenants/${tenant.id}/callbacks`);
    const body = { customerID: 'T7', campaignID: 'b1f10', promoCode: 'WB23,NV10', notes: '{"offer": 1}' };
    expect((await fetch(sent?.url ?? '', { method: 'POST', body: JSON.stringify(body) })).status).toBe(200);
    await eventually('the message arrives', () => inbox().received === before + 1);
    expect(JSON.stringify(inbox().last[0])).toContain('Code WB23, NV10: {');
    expect(countOf(await funnelOf('b1f10'), 'PROFILE_NOT_FOUND')).toBe(0);
  });

  it('goes out to everybody once when the provider is back, however many waited each by itself', async () => {
    const ids = ['T21', 'T22', 'T23', 'T24', 'T25', 'T26', 'T27', 'T28'];
    const before = inbox().received;
    await product.control('PUT', '/far-ends/mobilePush/fault', { kind: '5xx' });
    for (const [index, id] of ids.entries()) {
      await trigger([id], { event_amount: index }, 'b1f12');
      await eventually('they have their place', async () => (await funnelOf('b1f12')).received === index + 1);
    }
    await product.control('PUT', '/far-ends/mobilePush/fault', { kind: 'none' });
    await eventually('everybody has an end', async () => countOf(await funnelOf('b1f12'), 'SENT') === ids.length);
    expect({ received: inbox().received, duplicates: inbox().duplicates }).toEqual({
      received: before + ids.length,
      duplicates: 0,
    });
  });

  it('shows in the trace of a customer step by step, and so does a call that led to nothing', async () => {
    const [sent] = await product.control<{ url: string }[]>('GET', `/tenants/${tenant.id}/callbacks`);
    const wrong = { customerID: 'T3', campaignID: 'b1f11', channelID: 999, templateID: templateId };
    await fetch(sent?.url ?? '', { method: 'POST', body: JSON.stringify(wrong) });
    const { customerTrace } = await product.graphql<{ customerTrace: { nodes: object[] } }>(
      `{ customerTrace(customerId: "T3") {
        nodes { kind executionId optimoveCampaignId endState steps { kind medium detail } } } }`,
    );
    const step = (kind: string, medium: string | null = null, detail: unknown = null) => ({ kind, medium, detail });
    expect(customerTrace.nodes).toEqual([
      {
        kind: 'REFUSED_CALL',
        executionId: null,
        optimoveCampaignId: 'b1f11',
        endState: null,
        steps: [step('REFUSED', null, expect.stringContaining('Channel 999 is not set up'))],
      },
      {
        kind: 'TRIGGERED',
        executionId: expect.any(String),
        optimoveCampaignId: 'b1f09',
        endState: 'SENT',
        steps: expect.arrayContaining([
          step('DUE'),
          step('LET_THROUGH', 'MOBILE_PUSH'),
          step('ANSWERED', 'MOBILE_PUSH', 'ACCEPTED'),
          step('ENDED', null, 'SENT'),
        ]),
      },
    ]);
  });

  it('can be replayed from the journal, and nothing goes out', async () => {
    const before = inbox().received;
    const { callbackJournal } = await product.graphql<{ callbackJournal: { nodes: { id: string }[] } }>(
      `query ($id: ID!) { callbackJournal(connectionId: $id, first: 1, outcome: TRIGGERED, optimoveCampaignId: "b1f10") {
        nodes { id } } }`,
      { id: connectionId },
    );
    const { replay } = await mutate<{ replay: object }>(
      product.graphql,
      'replayCallback',
      'ReplayCallbackInput',
      'replay { verdict customer { state isMatched missingFields messages { medium smsParts } } }',
      { journalId: callbackJournal.nodes[0]?.id },
    );
    expect(replay).toEqual({
      verdict: 'ONE_CUSTOMER',
      customer: {
        state: 'SENT',
        isMatched: true,
        missingFields: ['event_amount'],
        messages: [{ medium: 'MOBILE_PUSH', smsParts: 0 }],
      },
    });
    expect(inbox().received).toBe(before);
  });

  it('expires by the time of its callback when the workers were away', async () => {
    const { campaign } = await product.graphql<{ campaign: { id: string; version: number } }>(
      'query ($id: ID!) { campaign(id: $id) { id version } }',
      { id: campaignId },
    );
    const changed = await mutate<{ campaign: { id: string; version: number } }>(
      product.graphql,
      'updateCampaign',
      'UpdateCampaignInput',
      'campaign { id version }',
      { ...campaign, content: { mobilePush: { title: 'Quick', body: 'Now' }, expiresAfterMinutes: 30 } },
    );
    await mutate(product.graphql, 'launchCampaign', 'LaunchCampaignInput', 'campaign { id }', changed.campaign);
    const before = inbox().received;
    await product.hosts.worker.kill();
    await trigger(['T8', 'T9'], {}, 'late');
    await product.database.query(
      `WITH late AS (
         UPDATE callback_journal SET received_at = received_at - interval '31 minutes'
         WHERE optimove_campaign_id = 'late' AND convert_from(body, 'UTF8') LIKE '%T8%' RETURNING id, received_at
       )
       UPDATE callback_waiting w SET received_at = late.received_at FROM late WHERE w.journal_id = late.id`,
    );
    product.hosts.worker = await startHost('worker', product.env);
    const funnel = await eventually('both have an end', async () => {
      const now = await funnelOf('late');
      return now.ended === 2 ? now : null;
    });
    expect({ sent: countOf(funnel, 'SENT'), expired: countOf(funnel, 'EXPIRED') }).toEqual({ sent: 1, expired: 1 });
    expect(inbox().received).toBe(before + 1);
  });

  it('hears nothing once it is cancelled in Optimove, until a call says that it was made later', async () => {
    const at = (offset = 0): string =>
      new Date(Date.now() + offset * 1000).toISOString().slice(0, 19).replace('T', ' ');
    const { body } = await lastCall();
    const told = async (customerID: string, timeStamp?: string): Promise<string | undefined> => {
      await post('/event-11', { ...body, customerID, campaignID: 'again', timeStamp });
      const [entry] = await product.database.query<{ outcome: string }>(
        `SELECT outcome FROM callback_journal WHERE optimove_campaign_id = 'again' ORDER BY id DESC LIMIT 1`,
      );
      return entry?.outcome;
    };
    expect(await told('T20', at())).toBe('TRIGGERED');
    await eventually('the first is sent to', async () => countOf(await funnelOf('again'), 'SENT') === 1);
    const cancellation = { EventTypeID: 4, TimeStamp: at(), CampaignID: 'again' };
    await post('/event-4', cancellation);
    expect(await told('T21', cancellation.TimeStamp)).toBe('REFUSED');
    expect(await told('T21')).toBe('REFUSED');
    await eventually('it is heard again', async () => (await told('T22', at(1))) === 'TRIGGERED');
    // A repeat is not meant for what was started again.
    await post('/event-4', cancellation);
    expect(await told('T23', at(1))).toBe('TRIGGERED');
    const launches = await eventually('all have an end', async () => {
      const rows = await product.database.query<{ state: string; customers: string[] }>(
        `SELECT e.state, array_agg(r.customer_id ORDER BY r.customer_id) FILTER (WHERE r.end_state = 'SENT') AS customers
         FROM execution e JOIN recipient r ON r.execution_id = e.id
         WHERE e.optimove_campaign_id = 'again' GROUP BY e.id ORDER BY e.launch`,
      );
      return rows[0]?.state === 'CANCELLED' && rows[1]?.customers?.length === 2 ? rows : null;
    });
    expect(launches).toEqual([
      { state: 'CANCELLED', customers: ['T20'] },
      { state: 'RUNNING', customers: ['T22', 'T23'] },
    ]);
  });

  it('is refused while its campaign is withdrawn, on the same day, and goes on once that is resumed', async () => {
    const [sent] = await product.control<{ url: string; body: object }[]>('GET', `/tenants/${tenant.id}/callbacks`);
    let told = 0;
    const tell = async () => {
      told += 1;
      const about = { customerID: `T${12 + told}`, campaignID: 'b1f12', channelID: channelId, templateID: templateId };
      await fetch(sent?.url ?? '', { method: 'POST', body: JSON.stringify({ ...sent?.body, ...about }) });
      const [entry] = await product.database.query<{ outcome: string; reason: string | null }>(
        'SELECT outcome, reason FROM callback_journal ORDER BY id DESC LIMIT 1',
      );
      return entry;
    };
    expect(await tell()).toEqual({ outcome: 'TRIGGERED', reason: null });
    await mutate(product.graphql, 'withdrawCampaign', 'WithdrawCampaignInput', 'campaign { id }', { id: campaignId });
    const refused = await eventually('calls are refused', async () => {
      const entry = await tell();
      return entry?.outcome === 'REFUSED' ? entry : null;
    });
    expect(refused.reason).toBe(`The campaign of template ${templateId} is withdrawn; resume it to have it sent again`);
    await mutate(product.graphql, 'resumeCampaign', 'ResumeCampaignInput', 'campaign { id }', { id: campaignId });
    await eventually('calls are taken again', async () => (await tell())?.outcome === 'TRIGGERED');
  });

  it('finds customers by the attribute that was named at noon, on the same day', async () => {
    const { connection } = await product.graphql<{ connection: { id: string; version: number } }>(
      'query ($id: ID!) { connection(id: $id) { id version } }',
      { id: connectionId },
    );
    const change = { ...connection, userIdAttribute: 'loyalty_id' };
    await mutate(product.graphql, 'updateConnection', 'UpdateConnectionInput', 'connection { id }', change);
    const before = inbox().received;
    let told = 0;
    await eventually('a customer is found by the attribute', async () => {
      told += 1;
      await trigger([`loyal-${told}`], { loyalty_id: 'T11', event_amount: told });
      const { received, last } = inbox();
      return JSON.stringify(last.slice(0, received - before)).includes('token-T11');
    });
  });

  it('closes after its day, once the sums agree', async () => {
    await product.database.query(
      `UPDATE execution SET closes_at = now() - interval '1 second' WHERE kind = 'TRIGGERED'`,
    );
    await eventually(
      'every execution is complete',
      async () => (await funnelOf()).state === 'COMPLETED' && (await funnelOf('9001')).state === 'COMPLETED',
    );
  });
});
