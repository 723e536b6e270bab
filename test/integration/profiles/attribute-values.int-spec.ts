import { ChangeValues } from '../../../src/profiles/attributes/change-values';
import { type Stage, setStage } from './stage';

interface Definition {
  id: string;
  version: number;
  type: string;
}

interface Payload {
  attributeDefinition: Definition | null;
  taskId: string | null;
  userErrors: { code: string; path: string[]; message: string }[];
}

describe('the stored values of an attribute', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage?.close());

  const change = async (what: string, input: object): Promise<Payload> => {
    const type = `${what.charAt(0).toUpperCase()}${what.slice(1)}AttributeDefinitionInput`;
    const fields = 'attributeDefinition { id version type } taskId userErrors { code path message }';
    const query = `mutation ($input: ${type}!) { ${what}AttributeDefinition(input: $input) { ${fields} } }`;
    return (await stage.ask<Record<string, Payload>>(query, { input }))[`${what}AttributeDefinition`] as Payload;
  };
  const define = async (name: string, type: string): Promise<Definition> => {
    const { attributeDefinition, userErrors } = await change('create', { name, type, target: 'PROFILE' });
    if (!attributeDefinition) throw new Error(JSON.stringify(userErrors));
    return attributeDefinition;
  };
  const runAll = async (): Promise<void> => {
    const works = await stage.database.query('SELECT id FROM attribute_work WHERE finished_at IS NULL');
    for (const { id } of works as { id: string }[]) await stage.app.get(ChangeValues, { strict: false }).run(id);
  };
  const valuesOf = async (name: string): Promise<unknown> =>
    stage.database.query(
      `SELECT user_id AS "userId", attributes -> $1 AS value FROM profile WHERE attributes ? $1 ORDER BY user_id`,
      [name],
    );
  const newestTask = async (kind: string): Promise<object | undefined> =>
    (
      await stage.ask<{ tasks: { nodes: object[] } }>(
        'query ($kind: String) { tasks(first: 1, kind: $kind) { nodes { id status startedAt processed succeeded failed } } }',
        { kind },
      )
    ).tasks.nodes[0];

  it('become another type; what does not fit stays and is an error of the task', async () => {
    const { id, version } = await define('points', 'STRING');
    await stage.send('/imports/profiles', 'userId,points\nv-1,12.5\nv-2,many\nv-3,007\n');
    const converted = await change('convert', { id, version, type: 'NUMBER' });
    expect(converted).toMatchObject({ attributeDefinition: { type: 'NUMBER', version: 2 }, userErrors: [] });
    const busy = await change('convert', { id, version: 2, type: 'STRING' });
    expect(busy.userErrors).toMatchObject([{ code: 'IN_USE', message: expect.stringContaining('wait for the task') }]);
    await stage.send('/imports/profiles', 'userId,points\nv-4,5\n');
    expect(await newestTask('profiles.convert-attribute')).toMatchObject({ status: 'RUNNING', startedAt: null });
    await runAll();
    expect(await valuesOf('points')).toEqual([
      { userId: 'v-1', value: 12.5 },
      { userId: 'v-2', value: 'many' },
      { userId: 'v-3', value: 7 },
      { userId: 'v-4', value: 5 },
    ]);
    const task = { id: converted.taskId, status: 'PARTLY_FAILED', startedAt: expect.any(String) };
    expect(await newestTask('profiles.convert-attribute')).toEqual({ ...task, processed: 4, succeeded: 3, failed: 1 });
    const errors = await stage.database.query('SELECT reason FROM task_error WHERE task_id = $1', [converted.taskId]);
    expect(errors).toEqual([{ reason: 'must be a number such as 12.5: "many"' }]);
  });

  it('go with their attribute, and its name is free again when they are gone', async () => {
    const { id, version } = await define('shoe', 'STRING');
    await stage.send('/imports/profiles', 'userId,shoe\nv-1,42\nv-5,43\n');
    const removed = await change('delete', { id, version });
    expect(removed.userErrors).toEqual([]);
    const again = await change('create', { name: 'shoe', type: 'NUMBER', target: 'PROFILE' });
    expect(again.userErrors).toMatchObject([{ code: 'IN_USE', path: ['name'] }]);
    await runAll();
    expect(await valuesOf('shoe')).toEqual([]);
    expect(await newestTask('profiles.remove-attribute')).toMatchObject({ status: 'SUCCEEDED', processed: 2 });
    expect(await define('shoe', 'NUMBER')).toMatchObject({ type: 'NUMBER' });
  });

  it('are not touched while a segment rests on them, unless that is accepted; two changes at once are detected', async () => {
    const { id, version } = await define('tier', 'STRING');
    const rules = JSON.stringify({ rules: [{ kind: 'attribute', name: 'tier', is: 'contains', value: 'g' }] });
    await stage.ask(
      'mutation ($rules: String!) { createSegment(input: { name: "G", rules: $rules }) { userErrors { message } } }',
      {
        rules,
      },
    );
    const refused = await change('convert', { id, version, type: 'NUMBER' });
    expect(refused.userErrors).toMatchObject([{ code: 'IN_USE', message: expect.stringContaining('segment "G"') }]);
    const accepted = await change('convert', { id, version, type: 'NUMBER', acceptConsequences: true });
    expect(accepted.userErrors).toEqual([]);
    const late = await change('convert', { id, version, type: 'DATE', acceptConsequences: true });
    expect(late.userErrors).toMatchObject([{ code: 'CONFLICT' }]);
  });

  it('cannot be of an attribute that every profile has', async () => {
    const { userErrors } = await change('create', { name: 'email', type: 'STRING', target: 'PROFILE' });
    expect(userErrors).toMatchObject([{ code: 'NAME_TAKEN', path: ['name'] }]);
  });
});
