import Fastify, { type FastifyInstance } from 'fastify';
import { type FarEnds, startFarEnds } from '../../../apps/sandbox/src/far-ends';
import { sendPush } from './push-client';

describe('the page of the inboxes', () => {
  let farEnds: FarEnds;
  let app: FastifyInstance;

  beforeEach(async () => {
    farEnds = await startFarEnds();
    app = Fastify();
    farEnds.routes(app);
    await app.listen({ host: '127.0.0.1', port: 0 });
  });

  afterEach(async () => {
    await app.close();
    await farEnds.close();
  });

  const page = () => fetch(`${app.listeningOrigin}/inboxes`);
  const version = async () => {
    const answer = await fetch(`${app.listeningOrigin}/inboxes/counts`);
    return ((await answer.json()) as { version: string }).version;
  };

  it('says of every empty inbox that nothing has arrived', async () => {
    const text = await (await page()).text();
    expect(text.match(/has arrived yet\./g)).toHaveLength(5);
    expect(text).not.toContain('<article>');
  });

  it('shows a message as text, whatever it holds, and runs nothing but its own script', async () => {
    const attack = '"><script>alert(1)</script>';
    await sendPush(farEnds.endpoints, {
      token: attack,
      notification: { title: attack, body: attack },
      data: { deliveryId: attack, [attack]: attack },
    });
    const answer = await page();
    const text = await answer.text();
    expect(text).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).not.toContain('<script>alert');
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'sha256-[^']+'/);
  });

  it('tells when there is something new to show', async () => {
    const before = await version();
    expect(await version()).toBe(before);
    await sendPush(farEnds.endpoints, { token: 'device-1' });
    const after = await version();
    expect(after).not.toBe(before);
    expect(await (await page()).text()).toContain(`data-version="${after}"`);
  });
});
