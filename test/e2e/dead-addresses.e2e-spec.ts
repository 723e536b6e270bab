/** @once because what a provider says of an address is kept in PostgreSQL, whatever brought the chunk. */
import {
  acceptedOn,
  addProviders,
  completedExecution,
  countOf,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';

import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

interface Told {
  metric: string;
  acknowledgedValue: number;
}

describe('an address that a provider calls dead', () => {
  let product: Product;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
  });
  afterAll(() => product?.stop());

  it('fails once, is remembered on the profile, and is not tried by the next execution', async () => {
    const content = { mobilePush: { title: 'Hello', body: 'Offer' } };
    const stage = await stageCampaign(product, { content });
    const plan = () =>
      product.control<{ id: string }>('POST', `/tenants/${stage.tenant.id}/campaigns`, {
        channelId: stage.tenant.channels[0]?.id,
        templateIds: [stage.templateId],
        customers: { count: 2, seed: 4 },
      });
    const first = await plan();
    const csv = await fetch(
      `${product.sandbox.url}/control/tenants/${stage.tenant.id}/campaigns/${first.id}/profiles.csv`,
    );
    const ids = (await csv.text())
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]);
    const upload = (path: string, body: string) =>
      product.rest(path, { method: 'POST', body, headers: { 'content-type': 'text/csv' } });
    await upload('/imports/profiles', `userId\n${ids.join('\n')}`);
    await upload(
      '/imports/devices',
      `userId,token,platform\n${ids[0]},unregistered-1,ANDROID\n${ids[1]},token-2,ANDROID`,
    );

    await runAtOptimove(product, stage, first.id);
    const before = await completedExecution(product, stage.connectionId);
    expect({ sent: countOf(before.funnel, 'SENT'), failed: countOf(before.funnel, 'FAILED') }).toEqual({
      sent: 1,
      failed: 1,
    });
    const told = await eventually('Optimove is told of both', async () => {
      const { postbackRows } = await product.graphql<{ postbackRows: { nodes: Told[] } }>(
        `query ($id: ID!) { postbackRows(connectionId: $id, first: 9) { nodes { metric acknowledgedValue } } }`,
        { id: stage.connectionId },
      );
      const rows = postbackRows.nodes.map(({ metric, acknowledgedValue }) => [metric, acknowledgedValue]).sort();
      return rows.some(([metric, value]) => metric === 'BOUNCED' && value === 1) && rows;
    });
    expect(told).toEqual([
      ['BOUNCED', 1],
      ['SENT', 1],
    ]);
    const query =
      'query ($userId: String!) { profile(userId: $userId) { devices { isAddressable unreachableReason } } }';
    const { profile } = await product.graphql<{ profile: { devices: object[] } }>(query, { userId: ids[0] });
    expect(profile.devices).toEqual([
      { isAddressable: false, unreachableReason: expect.stringContaining('UNREGISTERED') },
    ]);

    await runAtOptimove(product, stage, (await plan()).id);
    const after = await completedExecution(product, stage.connectionId);
    expect(after.id).not.toBe(before.id);
    expect(countOf(after.funnel, 'NOT_ADDRESSABLE')).toBe(1);
    expect(acceptedOn(after.funnel, 'MOBILE_PUSH')).toBe(1);
  });

  it('and one who says no while a message waits for another try gets nothing and keeps nobody waiting', async () => {
    const stage = await stageCampaign(product, {
      name: 'Change of mind',
      content: { mobilePush: { title: 'Hello', body: 'Offer' } },
    });
    const campaign = await planWithPeople(product, stage, { count: 1, seed: 5 });
    await product.control('PUT', '/far-ends/mobilePush/fault', { kind: '5xx' });
    const before = product.farEnds.inbox.report(0).mobilePush.received;
    await runAtOptimove(product, stage, campaign.id);
    const profileId = await eventually('the message waits for another try', async () => {
      const rows = await product.database.query<{ profile_id: string }>(
        `SELECT profile_id FROM delivery WHERE state = 'RETRY'`,
      );
      return rows[0]?.profile_id;
    });
    await product.database.query(`UPDATE device SET push_subscription = 'UNSUBSCRIBED' WHERE profile_id = $1`, [
      profileId,
    ]);
    await product.control('PUT', '/far-ends/mobilePush/fault', { kind: 'none' });

    const { state, funnel } = await completedExecution(product, stage.connectionId);
    expect({ state, failed: countOf(funnel, 'FAILED') }).toEqual({ state: 'COMPLETED', failed: 1 });
    expect(product.farEnds.inbox.report(0).mobilePush.received).toBe(before);
  });
});
