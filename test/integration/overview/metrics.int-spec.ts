import { newId } from '@libs/foundation';
import { mutate } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';

describe('metrics', () => {
  let stage: ContentStage;
  beforeAll(async () => {
    stage = await setStage();
  }, 120_000);
  afterAll(() => stage?.close());

  const read = async (): Promise<string> => {
    const answer = await fetch(`${stage.apiUrl}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    return answer.text();
  };

  it('count the newcomers of apps by what became of them', async () => {
    const { sdkKey } = await mutate<{ sdkKey: string }>(stage.graphql, 'createApp', 'CreateAppInput', 'sdkKey', {
      name: 'Casino',
      platform: 'IOS',
    });
    await stage.database.query('UPDATE app SET registrations_per_hour = 2');
    for (let nth = 0; nth < 3; nth += 1) {
      await fetch(`${stage.apiUrl}/sdk/v1/devices`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-app-key': sdkKey },
        body: JSON.stringify({ installationId: newId() }),
      });
    }
    const text = await read();
    expect(text).toContain('sdk_registrations_total{outcome="taken"} 2');
    expect(text).toContain('sdk_registrations_total{outcome="refused_app"} 1');
    expect(text).toContain('process_resident_memory_bytes');
  });
});
