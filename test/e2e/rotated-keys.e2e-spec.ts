/** @once because secrets never pass through a queue. */
import { SecretBox } from '@libs/platform';
import {
  addProviders,
  type CampaignStage,
  completedExecution,
  mutate,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { startHost } from '../support/host';
import { type Product, startProduct } from '../support/product';
import { type CommandEnd, runCommand } from '../support/run-command';

const key = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;
const [oldKey, newKey, otherKey] = [key('k1', 7), key('k2', 8), key('k3', 9)];
const engagement = '0193a5c2-7b1e-7c3d-8f00-1234567890ab';

describe('a new encryption key', () => {
  let product: Product;
  let stage: CampaignStage;

  beforeAll(async () => {
    product = await startProduct({ env: { ENCRYPTION_KEYS: `${oldKey},${newKey}` } });
    await addProviders(product);
    stage = await stageCampaign(product);
    await keepEverySecret();
  });
  afterAll(() => product?.stop());

  /** What is sealed beside the secrets of the connection and of the providers. */
  async function keepEverySecret(): Promise<void> {
    const { graphql, database } = product;
    const { app } = await mutate<{ app: object }>(graphql, 'createApp', 'CreateAppInput', 'app { id version }', {
      ...{ name: 'Casino', platform: 'ANDROID' },
    });
    await mutate(graphql, 'updateApp', 'UpdateAppInput', 'app { id }', { ...app, requiresProof: true });
    const events = { connectionId: stage.connectionId, version: 0, eventsToken: 'signs events' };
    await mutate(graphql, 'setEngagementPostback', 'SetEngagementPostbackInput', '__typename', events);
    await database.query(
      `INSERT INTO execution_engagement (execution_id, project_id, bucket, customers_folder, metadata_path, decryption_key)
       SELECT $1, id, 'b', 'c', 'm', $2 FROM project`,
      [engagement, new SecretBox(oldKey).seal('opens files', engagement)],
    );
  }

  const rotate = (...keys: string[]): Promise<CommandEnd> =>
    runCommand(['rotate-keys'], { DATABASE_URL: product.database.url, ENCRYPTION_KEYS: keys.join(',') });

  /** Where a key still seals something, in whatever table. */
  async function placesOf(keyId: string): Promise<string[]> {
    const columns = await product.database.query<{ name: string; column: string }>(
      `SELECT c.table_name AS name, c.column_name AS column FROM information_schema.columns c
       JOIN information_schema.tables t USING (table_schema, table_name)
       WHERE table_schema = 'public' AND data_type = 'text' AND table_type = 'BASE TABLE' ORDER BY 1, 2`,
    );
    const places: string[] = [];
    for (const { name, column } of columns) {
      const sql = `SELECT FROM "${name}" WHERE starts_with("${column}", $1) LIMIT 1`;
      if ((await product.database.query(sql, [`v1.${keyId}.`])).length > 0) places.push(`${name}.${column}`);
    }
    return places;
  }

  const places = [
    'app.identity_secret',
    'connection.api_token',
    'connection.callback_secret',
    'engagement_postback.events_token',
    'execution_engagement.decryption_key',
    'provider_account.sealed_secrets',
  ];

  it('leaves what it cannot read as it is, and says so', async () => {
    const { code, stderr } = await rotate(otherKey);
    expect(code).toBe(1);
    expect(stderr).toContain('ENCRYPTION_KEYS');
    expect([await placesOf('k1'), await placesOf('k3')]).toEqual([places, []]);
  });

  it('seals all that is stored, while everything runs', async () => {
    const { code, stdout } = await rotate(newKey, oldKey);
    expect(code).toBe(0);
    expect(stdout).toContain('connection.api_token: 1 sealed again, 0 unreadable');
    expect([await placesOf('k1'), await placesOf('k2')]).toEqual([[], places]);
    const [row] = await product.database.query<{ sealed: string }>(
      'SELECT decryption_key AS sealed FROM execution_engagement',
    );
    expect(new SecretBox(newKey).open(row?.sealed ?? '', engagement)).toBe('opens files');
    expect((await rotate(newKey, oldKey)).stdout).not.toMatch(/: [1-9]/);
  });

  it('does alone from then on', async () => {
    const { hosts, env, database } = product;
    await database.query('DELETE FROM execution_engagement');
    await Promise.all([hosts.api.stop(), hosts.worker.stop()]);
    const renewed = { ...env, ENCRYPTION_KEYS: newKey };
    [hosts.api, hosts.worker] = await Promise.all([startHost('api', renewed), startHost('worker', renewed)]);
    const campaign = await planWithPeople(product, stage, { count: 8 });
    await runAtOptimove(product, stage, campaign.id);
    const { state, funnel } = await completedExecution(product, stage.connectionId);
    expect([state, funnel.received, funnel.ended]).toEqual(['COMPLETED', 8, 8]);
    expect(funnel.sent).toBeGreaterThan(0);
  });
});
