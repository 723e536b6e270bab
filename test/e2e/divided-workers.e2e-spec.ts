import {
  addProviders,
  type CampaignStage,
  completedExecution,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { startHost, type TestHost } from '../support/host';
import { type Product, startProduct } from '../support/product';

const content = { mobilePush: { title: 'Hello', body: 'Here it is' } };

describe('worker processes that divide the work', () => {
  let product: Product;
  let scheduled: CampaignStage;
  let triggered: CampaignStage;
  let urgent: TestHost;

  beforeAll(async () => {
    product = await startProduct({ env: { WORKER_SERVES: 'rest' } });
    await addProviders(product);
    scheduled = await stageCampaign(product, { content });
    const channel = { kind: 'TRIGGERED', name: 'Xtremepush Triggered' };
    triggered = await stageCampaign(product, { content, channel, name: 'Trigger' });
    const upload = (path: string, body: string) =>
      product.rest(path, { method: 'POST', body, headers: { 'content-type': 'text/csv' } });
    await upload('/imports/profiles', 'userId\nT1\nT2');
    await upload('/imports/devices', 'userId,token,platform\nT1,token-T1,ANDROID\nT2,token-T2,ANDROID');
  });
  afterAll(async () => {
    await urgent?.stop();
    await product?.stop();
  });

  const trigger = (customerId: string) =>
    product.control('POST', `/tenants/${triggered.tenant.id}/trigger`, {
      channelId: triggered.tenant.channels.find(({ name }) => name === 'Xtremepush Triggered')?.id,
      templateId: Number(triggered.templateId),
      campaignId: 'b1f09',
      customerIds: [customerId],
      extra: {},
    });
  const tokens = () => JSON.stringify(product.farEnds.inbox.report(1_000).mobilePush.last);
  const announce = async () => {
    const campaign = await planWithPeople(product, scheduled, { count: 20 });
    await runAtOptimove(product, scheduled, campaign.id);
  };

  it('leaves triggered messages to the process that serves them', async () => {
    await trigger('T1');
    await announce();
    expect((await completedExecution(product, scheduled.connectionId)).state).toBe('COMPLETED');
    expect(tokens()).not.toContain('token-T1');

    urgent = await startHost('worker', { ...product.env, WORKER_SERVES: 'triggered' });
    await trigger('T2');
    await eventually('the new message arrives', () => tokens().includes('token-T2'));
    await eventually('the one that waited arrives', () => tokens().includes('token-T1'));
  });

  it('leaves everything else to the others', async () => {
    await product.hosts.worker.stop();
    await announce();
    await trigger('T1');
    await eventually('the triggered message arrives', () => tokens().split('token-T1').length > 2);
    const latest = `query ($id: ID!) { executions(first: 1, connectionId: $id) { nodes { state } } }`;
    const { executions } = await product.graphql<{ executions: { nodes: { state: string }[] } }>(latest, {
      id: scheduled.connectionId,
    });
    expect(executions.nodes[0]?.state).toBe('ANNOUNCED');

    product.hosts.worker = await startHost('worker', product.env);
    expect((await completedExecution(product, scheduled.connectionId)).state).toBe('COMPLETED');
  });

  it('names the choices when it is told another', async () => {
    const refused = startHost('worker', { ...product.env, WORKER_SERVES: 'bulk' });
    await expect(refused).rejects.toThrow(/WORKER_SERVES must be one of the following values: all, triggered, rest/);
  });
});
