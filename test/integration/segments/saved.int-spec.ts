import { CountRecipients } from '../../../src/profiles/segments/count-recipients';
import { type Stage, setStage } from '../profiles/stage';

interface Segment {
  id: string;
  version: number;
  name: string;
  rules: string;
}

interface Answer {
  segment: Segment | null;
  userErrors: { code: string; path: string[]; message: string }[];
}

const british = { kind: 'attribute', name: 'country', is: 'equals', value: 'GB' };
const inSegment = (value: string): object => ({ kind: 'segment', is: 'in', value });
const text = (...rules: object[]): string => JSON.stringify({ match: 'all', rules });

describe('saved segments', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, country, email, email_subscription, mobile_number, sms_subscription)
       SELECT gen_random_uuid(), $1, 'u-' || n, CASE WHEN n <= 3 THEN 'GB' ELSE 'DE' END, 'u' || n || '@example.com',
         CASE WHEN n = 1 THEN 'UNSUBSCRIBED' ELSE 'SUBSCRIBED' END, '44790000100' || n, 'NOT_SET'
       FROM generate_series(1, 5) AS n`,
      [stage.projectId],
    );
  }, 60_000);
  afterAll(() => stage?.close());

  const change = async (mutation: string, input: object): Promise<Answer> => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const fields = 'segment { id version name rules } userErrors { code path message }';
    const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${fields} } }`;
    return (await stage.ask<Record<string, Answer>>(query, { input }))[mutation] as Answer;
  };
  const saved = async (name: string, ...rules: object[]): Promise<Segment> => {
    const { segment, userErrors } = await change('createSegment', { name, rules: text(...rules) });
    if (!segment) throw new Error(JSON.stringify(userErrors));
    return segment;
  };

  it('are found by a part of their name, copied, and put away', async () => {
    const { id, rules, version } = await saved('British', british);
    expect(JSON.parse(rules)).toEqual({ match: 'all', rules: [british] });
    const copy = await change('copySegment', { id, name: 'British too' });
    expect(copy.segment).toMatchObject({ name: 'British too' });
    const again = await change('createSegment', { name: 'British', rules });
    expect(again.userErrors).toMatchObject([{ code: 'NAME_TAKEN', path: ['name'] }]);
    expect((await change('archiveSegment', { id, version })).userErrors).toEqual([]);
    const { segments } = await stage.ask<{ segments: { edges: { node: { name: string } }[] } }>(
      'query { segments(first: 10, search: "BRIT") { edges { node { name } } } }',
    );
    expect(segments.edges.map(({ node }) => node.name)).toEqual(['British too']);
  });

  it('say of every faulty rule where it is and what is wrong, and save nothing', async () => {
    const { segment, userErrors } = await change('createSegment', {
      name: 'Faulty',
      rules: text(
        { any: [british, { kind: 'attribute', name: 'points', is: 'greater', value: 1 }] },
        { kind: 'event' },
      ),
    });
    expect(segment).toBeNull();
    expect(userErrors.map(({ path }) => path)).toEqual([
      ['rules', 'rules[0].any[1].name'],
      ['rules', 'rules[1].name'],
    ]);
    const long = await change('createSegment', {
      name: 'Long',
      rules: text({ ...british, value: 'x'.repeat(262_144) }),
    });
    expect(long.userErrors[0]?.message).toContain('262144');
  });

  it('name apps of the project only', async () => {
    const stranger = '0190a1b2-0000-7000-8000-000000000001';
    const rules = text({ none: [{ kind: 'app', is: 'in', value: [stranger] }] });
    const { segment, userErrors } = await change('createSegment', { name: 'Strange app', rules });
    expect(segment).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'INVALID_RULES', path: ['rules', 'rules[0].none[0].value[0]'] }]);
  });

  it('refuse circles, and go on being there while others use them', async () => {
    const inner = await saved('Inner', british);
    const outer = await saved('Outer', inSegment(inner.id));
    const circle = await change('updateSegment', { id: inner.id, version: 1, rules: text(inSegment(outer.id)) });
    expect(circle.userErrors).toMatchObject([{ path: ['rules', 'rules[0].value'] }]);
    const used = await change('archiveSegment', { id: inner.id, version: 1 });
    expect(used.userErrors).toMatchObject([{ code: 'IN_USE', message: expect.stringContaining('Outer') }]);
  });

  it('notice two edits at once', async () => {
    const { id, version } = await saved('Edited', british);
    expect((await change('updateSegment', { id, version, name: 'First' })).segment).toMatchObject({ version: 2 });
    const late = await change('updateSegment', { id, version, name: 'Second' });
    expect(late.userErrors).toMatchObject([{ code: 'CONFLICT', path: ['version'] }]);
  });

  const calculating = async (input: object): Promise<{ id: string; taskId: string }> => {
    const { calculateRecipients } = await stage.ask<{
      calculateRecipients: { count: { id: string; taskId: string } };
    }>(
      'mutation ($input: CalculateRecipientsInput!) { calculateRecipients(input: $input) { count { id taskId finishedAt } userErrors { message } } }',
      { input },
    );
    return calculateRecipients.count;
  };
  const counting = () => stage.app.get(CountRecipients, { strict: false });
  const outcomeOf = ({ id, taskId }: { id: string; taskId: string }) =>
    stage.ask<{ recipientCount: { finishedAt: string | null }; task: object }>(
      `query ($id: ID!, $taskId: ID!) { recipientCount(id: $id) { segmentId finishedAt problem people mobilePush webPush email sms }
         task(id: $taskId) { status detail } }`,
      { id, taskId },
    );

  it('count whom they reach per medium', async () => {
    const inner = await saved('Counted inside', british);
    const { id: segmentId } = await saved('Counted', inSegment(inner.id));
    const count = await calculating({ segmentId });
    await counting().run(count.id);
    const { recipientCount, task } = await outcomeOf(count);
    expect(recipientCount).toEqual({
      ...{ segmentId, finishedAt: expect.any(String), problem: null },
      ...{ people: 3, mobilePush: 0, webPush: 0, email: 2, sms: 0 },
    });
    expect(task).toEqual({ status: 'SUCCEEDED', detail: null });
  });

  it('end a count that cannot be made, with the reason', async () => {
    const count = await calculating({ rules: text(british) });
    await stage.database.query(`UPDATE recipient_count SET rules = '{"match": "all"}' WHERE id = $1`, [count.id]);
    await counting().run(count.id);
    const { recipientCount, task } = await outcomeOf(count);
    const problem = expect.stringContaining('cannot be evaluated');
    expect(recipientCount).toMatchObject({ finishedAt: expect.any(String), problem, people: 0 });
    expect(task).toEqual({ status: 'FAILED', detail: problem });
  });

  it('end a count that the database refuses to make, with the reason', async () => {
    const count = await calculating({ rules: text(british) });
    await stage.database.query('ALTER TABLE profile RENAME COLUMN sms_subscription TO hidden');
    await counting().run(count.id);
    await stage.database.query('ALTER TABLE profile RENAME COLUMN hidden TO sms_subscription');
    expect((await outcomeOf(count)).task).toEqual({ status: 'FAILED', detail: expect.stringContaining('sms_sub') });
  });

  it('end a count that nobody made within a day; a younger one is taken up again', async () => {
    const [late, young] = [await calculating({ rules: text(british) }), await calculating({ rules: text(british) })];
    const ago = (id: string, interval: string) =>
      stage.database.query('UPDATE recipient_count SET as_of = now() - $2::interval WHERE id = $1', [id, interval]);
    await ago(late.id, '25 hours');
    await ago(young.id, '23 hours');
    await counting().takeUp();
    expect((await outcomeOf(late)).task).toEqual({ status: 'FAILED', detail: expect.stringContaining('within a day') });
    expect((await outcomeOf(young)).task).toEqual({ status: 'RUNNING', detail: null });
    const asked = await stage.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM outbox_message WHERE job_id LIKE $1`,
      [`count-${young.id}-2%`],
    );
    expect(asked).toEqual([{ count: 1 }]);
  });
});
