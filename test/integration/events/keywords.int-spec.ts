import { SenderPool } from '../../../src/channels/delivery/sender-pool';
import { mutate } from '../../support/campaign-stage';
import { eventually } from '../../support/eventually';
import { type EventsStage, type Reached, stageEvents } from './stage';

describe('what people ask for by text', () => {
  let stage: EventsStage;
  beforeAll(async () => {
    stage = await stageEvents(3);
    await mutate(stage.graphql, 'updateProviderAccount', 'UpdateProviderAccountInput', 'providerAccount { id }', {
      ...{ id: stage.accounts.smpp, version: 1 },
      settings: [
        { name: 'stopReply', value: 'You get no more texts. START to come back.' },
        { name: 'helpReply', value: 'Example Casino. STOP to stop.' },
      ],
    });
    await stage.app.get(SenderPool).refresh();
    await eventually('we are bound', async () => (await say('490000000', 'Hello')) === 202);
  }, 180_000);
  afterAll(() => stage?.close());

  const person = (index: number): Reached => stage.people[index] as Reached;
  const say = async (from: string, text: string): Promise<number> =>
    (
      await fetch(`${stage.sandbox.url}/control/far-ends/sms/texts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ from, to: '447700900000', text }),
      })
    ).status;
  const kept = (): Promise<{ text: string; is_unknown: boolean }[]> =>
    stage.database.query('SELECT text, is_unknown FROM text_intake ORDER BY id');
  /** Says it and applies it once it has arrived. */
  const saidAndApplied = async (from: string, text: string): Promise<void> => {
    const before = (await kept()).length;
    expect(await say(from, text)).toBe(202);
    await eventually('the text is kept', async () => (await kept()).length > before);
    await stage.apply();
  };
  const listed = () => stage.database.query('SELECT value, medium, reason FROM suppression_entry');
  const answersTo = (number: string): string[] =>
    stage.farEnds.inbox
      .report(100)
      .sms.last.filter(({ to }) => to === number)
      .map(({ text }) => text);

  it('unsubscribes whoever says STOP, answers, and counts it for the text that they got', async () => {
    const before = (await kept()).length;
    await say(person(0).number, ' Stop! ');
    await eventually('the text is kept', async () => (await kept()).length > before);
    expect((await stage.profile(person(0))).smsSubscription).toBe('UNSUBSCRIBED');
    await stage.apply();
    expect(await stage.profile(person(0))).toMatchObject({
      smsSubscription: 'UNSUBSCRIBED',
      emailSubscription: 'SUBSCRIBED',
    });
    expect(await stage.funnel('unsubscribed')).toEqual({ unsubscribed: 1 });
    const [change] = await stage.database.query(
      `SELECT source, after FROM subscription_change WHERE profile_id = $1 ORDER BY id DESC LIMIT 1`,
      [person(0).profileId],
    );
    expect(change).toEqual({ source: 'KEYWORD', after: 'UNSUBSCRIBED' });
    await eventually('the answer arrives', async () => answersTo(person(0).number).length > 0);
    expect(answersTo(person(0).number)).toEqual(['You get no more texts. START to come back.']);
  });

  it('subscribes whoever says START, also right after a STOP', async () => {
    const before = (await kept()).length;
    await say(person(0).number, 'STOP');
    await eventually('the STOP is kept', async () => (await kept()).length > before);
    await saidAndApplied(person(0).number, 'start');
    await stage.apply();
    expect((await stage.profile(person(0))).smsSubscription).toBe('SUBSCRIBED');
    expect(answersTo(person(0).number)).toHaveLength(1);
  });

  it('counts a STOP that a START follows before it is applied', async () => {
    const before = (await kept()).length;
    await say(person(2).number, 'STOP');
    await eventually('the STOP is kept', async () => (await kept()).length > before);
    await saidAndApplied(person(2).number, 'START');
    await stage.apply();
    expect((await stage.profile(person(2))).smsSubscription).toBe('SUBSCRIBED');
    expect(await stage.funnel('unsubscribed')).toEqual({ unsubscribed: 2 });
  });

  it('answers HELP and changes nothing', async () => {
    await saidAndApplied(person(1).number, 'HELP');
    expect((await stage.profile(person(1))).smsSubscription).toBe('SUBSCRIBED');
    await eventually('the answer arrives', async () => answersTo(person(1).number).length > 0);
    expect(answersTo(person(1).number)).toEqual(['Example Casino. STOP to stop.']);
  });

  it('keeps the number of somebody unknown who says STOP from texts, until it says START', async () => {
    await saidAndApplied('491700000000', 'STOP');
    expect(await listed()).toEqual([{ value: '491700000000', medium: 'SMS', reason: 'STOP by text' }]);
    expect((await kept()).at(-1)).toEqual({ text: 'STOP', is_unknown: true });
    await saidAndApplied('491700000000', 'START');
    expect(await listed()).toEqual([]);
  });

  it('are listed, newest first, whatever they ask for', async () => {
    interface Page {
      inboundTexts: { nodes: object[]; pageInfo: { endCursor: string; hasNextPage: boolean } };
    }
    const list = async (args: string): Promise<Page['inboundTexts']> =>
      (
        await stage.graphql<Page>(
          `{ inboundTexts(${args}) { nodes { from text keyword isUnknown appliedAt } pageInfo { endCursor hasNextPage } } }`,
        )
      ).inboundTexts;
    await saidAndApplied('491700000001', 'Who is this?');
    const [first, second] = [await list('first: 1'), await list('first: 2, keywords: [STOP, START]')];
    expect(first.nodes).toEqual([
      { from: '491700000001', text: 'Who is this?', keyword: null, isUnknown: false, appliedAt: null },
    ]);
    expect(second.nodes).toEqual([
      { from: '491700000000', text: 'START', keyword: 'START', isUnknown: true, appliedAt: expect.any(String) },
      { from: '491700000000', text: 'STOP', keyword: 'STOP', isUnknown: true, appliedAt: expect.any(String) },
    ]);
    const next = await list(`first: 1, after: "${first.pageInfo.endCursor}"`);
    expect(next.nodes).toMatchObject([{ text: 'START' }]);
    expect((await list('first: 50, isOther: true')).nodes).toMatchObject([{ text: 'Who is this?' }, { text: 'Hello' }]);
    expect((await list('first: 50, from: "491700000001"')).nodes).toHaveLength(1);
    await stage.database.query(
      `UPDATE text_intake SET project_id = gen_random_uuid() WHERE from_number = '491700000001'`,
    );
    expect((await list('first: 50, from: "491700000001"')).nodes).toEqual([]);
    await expect(list('first: 1, from: "+49 170"')).rejects.toThrow('digits with the country code');
  });

  it('keeps other texts and takes no word out of them', async () => {
    await saidAndApplied(person(1).number, 'Do not stop');
    expect((await stage.profile(person(1))).smsSubscription).toBe('SUBSCRIBED');
    expect((await kept()).at(-1)).toEqual({ text: 'Do not stop', is_unknown: false });
  });

  it('stops nobody and answers nothing where a number has no country, until the account says which', async () => {
    const { number } = person(1);
    const national = `0${number.slice(2)}`;
    const isStopped = async () => (await stage.profile(person(1))).smsSubscription === 'UNSUBSCRIBED';
    await saidAndApplied(national, 'STOP');
    expect(await isStopped()).toBe(false);
    expect((await kept()).at(-1)).toEqual({ text: 'STOP', is_unknown: true });
    await mutate(stage.graphql, 'updateProviderAccount', 'UpdateProviderAccountInput', 'providerAccount { id }', {
      ...{ id: stage.accounts.smpp, version: 2 },
      settings: [{ name: 'countryCode', value: number.slice(0, 2) }],
    });
    await stage.app.get(SenderPool).refresh();
    await eventually('the number is understood', async () => {
      // Whoever is not bound yet, or not any more, does not hear it.
      await say(national, 'STOP');
      await stage.apply();
      return isStopped();
    });
    await eventually('the answer arrives', async () => answersTo(number).some((text) => text.startsWith('You get')));
    expect(answersTo(national)).toEqual([]);
  });
});
