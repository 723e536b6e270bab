import { createSandbox } from '../../../apps/sandbox/src/create-sandbox';
import { type Box, openBox } from './box';

describe('the edges of the sandbox', () => {
  let box: Box;

  beforeAll(async () => {
    box = await openBox();
  });
  afterAll(() => box.close());

  const raw = (path: string, init: RequestInit = {}) => fetch(`${box.sandbox.url}${path}`, init);

  it('opens the control API to its key alone, however the path is written', async () => {
    const locked = await createSandbox({ controlKey: 'k1' });
    const paths = ['/control/tenants', '/CONTROL/tenants', '/%63ontrol/tenants', '/control/endpoints'];
    const answers = await Promise.all(paths.map((path) => fetch(`${locked.url}${path}`)));
    const opened = await fetch(`${locked.url}/control/tenants`, { headers: { 'x-control-key': 'k1' } });
    await locked.close();
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(opened.status).toBe(200);
  });

  it.each([
    ['a body that is no JSON', '/current/integrations/UpdateCampaignMetrics', '{', 400, 'Bad Request'],
    ['no body', '/current/integrations/UpdateCampaignMetrics', '', 400, 'The body must be a list'],
    ['a path of no function', '/current/integrations', '{}', 404, 'Not Found'],
    ['a category that does not exist', '/current/games/Play', '{}', 404, 'Not Found'],
  ])('refuses %s with a JSON string', async (_what, path, body, status, text) => {
    const answer = await raw(path, { method: 'POST', body, headers: { 'X-API-KEY': box.account.apiToken } });
    expect({ status: answer.status, body: await answer.json() }).toEqual({ status, body: text });
  });

  it.each([
    ['/tenants', {}, 'name'],
    ['/tenants', { name: 'A', ratePer10s: -1 }, 'ratePer10s'],
    ['/tenants', [], 'object'],
    ['/tenants/%ID/campaigns', { channelId: 9, templateIds: [1], customers: { count: 1 } }, 'channelId'],
    ['/tenants/%ID/campaigns', { channelId: 506, templateIds: [], customers: { count: 1 } }, 'templateIds'],
    ['/tenants/%ID/campaigns', { channelId: 506, templateIds: [1] }, 'customers'],
    ['/tenants/%ID/campaigns', { channelId: 506, templateIds: [1], customers: { count: -1 } }, 'count'],
    ['/tenants/%ID/campaigns', { channelId: 506, templateIds: [1], customers: { count: 1, mix: { odd: 1 } } }, 'odd'],
    [
      '/tenants/%ID/campaigns',
      { channelId: 506, templateIds: [1], customers: { count: 1, mix: { unmatched: 0.6, noDevice: 0.6 } } },
      'mix',
    ],
    [
      '/tenants/%ID/campaigns',
      { channelId: 506, templateIds: [1], customers: { count: 1 }, scheduledTime: 'soon' },
      'scheduledTime',
    ],
  ])('refuses the order %s %j and names the field', async (path, body, field) => {
    await expect(box.control('POST', path.replace('%ID', box.account.id), body)).rejects.toThrow(field);
  });

  it.each([
    [{ rules: [{ kind: 'nonsense' }] }, 'kind'],
    [{ rules: {} }, 'rules'],
    [{ callbacks: { loud: true } }, 'loud'],
    [{ callbacks: { silent: 'yes' } }, 'silent'],
  ])('refuses the plan of faults %j and names the field', async (plan, field) => {
    await expect(box.control('PUT', `/tenants/${box.account.id}/faults`, plan)).rejects.toThrow(field);
  });

  it('says when an account or a campaign does not exist', async () => {
    await expect(box.control('GET', '/tenants/none/metrics')).rejects.toThrow('404');
    await expect(box.control('POST', `/tenants/${box.account.id}/campaigns/1/run`, {})).rejects.toThrow('404');
  });

  it('shows what it is and whom it serves on its first page', async () => {
    const named = await openBox({}, { name: '<b>"Casino"' });
    const page = await (await fetch(`${named.sandbox.url}/`)).text();
    await named.close();
    expect(page).toContain('&lt;b&gt;&quot;Casino&quot;');
    expect(page).not.toContain(named.account.apiToken);
    expect(page).toContain('href="/inboxes"');
  });
});
