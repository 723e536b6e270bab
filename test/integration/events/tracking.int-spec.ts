import { linkMarks } from '../../../src/campaigns/domain/content/system-links';
import { MessageLinks } from '../../../src/campaigns/tracking/message-links';
import { type EventsStage, type Reached, stageEvents, stillOpen } from './stage';

const browser = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36';

describe('the links of messages', () => {
  let stage: EventsStage;
  beforeAll(async () => {
    stage = await stageEvents(9);
  }, 180_000);
  afterAll(() => stage?.close());

  const person = (index: number): Reached => stage.people[index] as Reached;
  const get = (url: string, headers: Record<string, string> = {}) =>
    stage.visit(url, { headers: { 'user-agent': browser, ...headers } });
  /** As if retention had taken what was kept of the message. */
  const forget = async ({ seq }: Reached): Promise<void> => {
    for (const table of ['recipient', 'delivery'])
      await stage.database.query(`DELETE FROM ${table} WHERE execution_id = $1 AND seq = $2`, [stage.executionId, seq]);
  };

  it('keep what is done with a message that nothing else is kept of', async () => {
    await forget(person(6));
    expect((await get(person(6).links.click('https://example.com/'))).status).toBe(302);
    const kept = await stage.database.query('SELECT kind FROM engagement_intake WHERE is_unknown AND seq = $1', [
      person(6).seq,
    ]);
    expect(kept).toEqual([{ kind: 'CLICKED' }]);
  });

  it('count what was opened as delivered, each person once', async () => {
    await get(person(0).links.open);
    await get(person(0).links.open);
    await stage.apply();
    expect(await stage.funnel('delivered opened clicked')).toEqual({ delivered: 1, opened: 1, clicked: 0 });
  });

  it('take a program that follows every link for none of the people, and what is fetched ahead neither', async () => {
    const clicks = ['a', 'b', 'c'].map((page) => get(person(1).links.click(`https://example.com/${page}`)));
    expect((await Promise.all(clicks)).map(({ status }) => status)).toEqual([302, 302, 302]);
    await stage.database.query(`UPDATE engagement_intake SET occurred_at = now() WHERE processed_at IS NULL`);
    await get(person(2).links.click('https://example.com/a'), { 'sec-purpose': 'prefetch' });
    await get(person(2).links.open, { 'user-agent': 'Mozilla/5.0' });
    await stage.apply();
    expect(await stage.funnel('clicked opened')).toEqual({ clicked: 0, opened: 1 });
    await get(person(1).links.click('https://example.com/a'));
    await stage.database.query(
      `UPDATE engagement_intake SET occurred_at = now() + interval '1 minute' WHERE processed_at IS NULL`,
    );
    await stage.apply();
    expect(await stage.funnel('clicked')).toEqual({ clicked: 1 });
  });

  it('lead to addresses in any script, and into apps', async () => {
    const leadTo = async (target: string): Promise<[number, string | null]> => {
      const { status, headers } = await get(person(0).links.click(target));
      return [status, headers.get('location')];
    };
    expect(await leadTo('https://example.com/Łódź?for=Zoë 🎰')).toEqual([
      302,
      'https://example.com/%C5%81%C3%B3d%C5%BA?for=Zo%C3%AB%20%F0%9F%8E%B0',
    ]);
    expect(await leadTo('casino://offers/7')).toEqual([302, 'casino://offers/7']);
    await stage.apply();
  });

  it('unsubscribe with one click of a mail program, and once only', async () => {
    const { unsubscribe } = person(3).links;
    const click = () =>
      stage.visit(unsubscribe, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) });
    expect((await get(unsubscribe)).status).toBe(200);
    await stage.apply();
    expect((await stage.profile(person(3))).emailSubscription).toBe('SUBSCRIBED');
    expect([(await click()).status, (await click()).status]).toEqual([200, 200]);
    await stage.apply();
    expect((await stage.profile(person(3))).emailSubscription).toBe('UNSUBSCRIBED');
    expect(await stage.funnel('unsubscribed')).toEqual({ unsubscribed: 1 });
  });

  it('let people leave when nothing else is kept of their message', async () => {
    await forget(person(4));
    expect((await stage.visit(person(4).links.unsubscribe, { method: 'POST' })).status).toBe(200);
    await forget(person(5));
    expect(await (await get(person(5).links.preferences)).text()).toContain('name="email" value="yes" checked');
    await stage.visit(person(5).links.preferences, { method: 'POST', body: new URLSearchParams({ sms: 'yes' }) });
    await stage.apply();
    expect((await stage.profile(person(4))).emailSubscription).toBe('UNSUBSCRIBED');
    expect(await stage.profile(person(5))).toMatchObject({
      emailSubscription: 'UNSUBSCRIBED',
      smsSubscription: 'SUBSCRIBED',
    });
  });

  it('leave unsaid what nobody ever said and nobody changes on the preference page', async () => {
    const { profileId, links } = person(0);
    const answers = async (email: string, sms: string): Promise<void> => {
      const sql = 'UPDATE profile SET email_subscription = $2, sms_subscription = $3 WHERE id = $1';
      await stage.database.query(sql, [profileId, email, sms]);
    };
    /** Saves the page as it is shown, with these boxes ticked and every hidden field as a browser sends it. */
    const save = async (ticked: string[], more: Record<string, string> = {}): Promise<string> => {
      const page = await (await get(links.preferences)).text();
      const hidden = [...page.matchAll(/type="hidden" name="([^"]+)" value="([^"]+)"/g)];
      const fields = hidden.map(([, name = '', value = '']): [string, string] => [name, value]);
      const body = new URLSearchParams([...fields, ...ticked.map((name): [string, string] => [name, 'yes'])]);
      for (const [name, value] of Object.entries(more)) body.set(name, value);
      const saved = await stage.visit(links.preferences, { method: 'POST', body });
      await stage.apply();
      return saved.text();
    };
    const said = async () => {
      const { emailSubscription, smsSubscription } = await stage.profile(person(0));
      return [emailSubscription, smsSubscription];
    };
    await answers('NOT_SET', 'NOT_SET');
    expect(await save([])).toContain('no marketing messages');
    expect(await said()).toEqual(['NOT_SET', 'NOT_SET']);
    await save(['sms']);
    expect(await said()).toEqual(['NOT_SET', 'SUBSCRIBED']);
    await save([]);
    expect(await said()).toEqual(['NOT_SET', 'UNSUBSCRIBED']);
    await save(['email']);
    expect(await said()).toEqual(['SUBSCRIBED', 'UNSUBSCRIBED']);
    await answers('NOT_SET', 'SUBSCRIBED');
    await save(['sms'], { none: 'yes' });
    expect(await said()).toEqual(['UNSUBSCRIBED', 'UNSUBSCRIBED']);
  });

  it('let people leave by a text while another message of theirs waits for its next try', async () => {
    const { seq, profileId } = person(8);
    await stillOpen(stage, person(8), 'EMAIL');
    const ref = { executionId: stage.executionId, seq, medium: 'SMS' as const, profileId };
    const bare = { deliveryId: 'd', to: '', from: '', text: linkMarks.unsubscribe };
    const links = stage.app.get(MessageLinks);
    expect((await stage.visit(links.preferencesUrl(ref, new Date()))).status).toBe(200);
    const { text } = links.addTo(bare, ref, new Date());
    expect((await stage.visit(text, { method: 'POST' })).status).toBe(200);
    expect((await stage.profile(person(8))).smsSubscription).toBe('UNSUBSCRIBED');
    await stage.apply();
    expect((await stage.profile(person(8))).smsSubscription).toBe('UNSUBSCRIBED');
  });

  it('say so when there is nobody to unsubscribe', async () => {
    await forget(person(7));
    await stage.database.query('DELETE FROM profile WHERE id = $1', [person(7).profileId]);
    expect((await stage.visit(person(7).links.unsubscribe, { method: 'POST' })).status).toBe(410);
    expect((await stage.visit(person(7).links.preferences)).status).toBe(410);
  });
});
