import { holdUntilWaiting } from './hold';
import { createKey, type Stage, setStage } from './stage';

const update = `mutation ($input: UpdateProjectInput!) {
  updateProject(input: $input) { project { name timeZone region version } userErrors { code path message } } }`;

interface Update {
  project: { name: string; timeZone: string; version: number } | null;
  userErrors: { code: string; path: string[]; message: string }[];
}

describe('the settings of a project', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage.close());

  const change = async (input: object): Promise<Update> =>
    (await stage.data<{ updateProject: Update }>(update, { input })).updateProject;
  const current = async (): Promise<number> =>
    (await stage.data<{ project: { version: number } }>('{ project { version } }')).project.version;

  it('are its name and its time zone, written as the database writes it, and who changed them is kept', async () => {
    const version = await current();
    const named = await change({ version, name: 'Casino Malta', timeZone: 'europe/malta' });
    expect(named).toEqual({
      project: { name: 'Casino Malta', timeZone: 'Europe/Malta', region: 'EU', version: version + 1 },
      userErrors: [],
    });
    expect(await change({ version: version + 1, name: null })).toMatchObject({
      project: { name: 'Casino Malta', timeZone: 'Europe/Malta' },
    });
    const { auditEntries } = await stage.data<{ auditEntries: { nodes: { before: string; after: string }[] } }>(
      '{ auditEntries(first: 2) { nodes { action actorLabel before after } } }',
    );
    expect(auditEntries.nodes[1]).toEqual({
      action: 'project.updated',
      actorLabel: 'First key',
      before: JSON.stringify({ name: 'My project', timeZone: 'UTC' }),
      after: JSON.stringify({ name: 'Casino Malta', timeZone: 'Europe/Malta' }),
    });
  });

  it.each(['Malta', '+01:00', 'posix/Europe/Malta', 'GMT+1', '', "'; DROP TABLE project"])(
    'take no time zone "%s"',
    async (timeZone) => {
      const before = await stage.data('{ project { name timeZone version } }');
      const refused = await change({ version: await current(), name: 'Other', timeZone });
      expect(refused).toMatchObject({ project: null, userErrors: [{ code: 'INVALID', path: ['timeZone'] }] });
      expect(await stage.data('{ project { name timeZone version } }')).toEqual(before);
    },
  );

  it('take no name that is empty or too long', async () => {
    for (const name of ['', 'x'.repeat(101)]) {
      const { userErrors } = await change({ version: await current(), name });
      expect(userErrors).toMatchObject([{ code: 'INVALID', path: ['name'] }]);
    }
  });

  it('are changed by one of two who read the same version', async () => {
    const version = await current();
    const changing: Promise<Update>[] = [];
    await holdUntilWaiting(stage.database, { table: 'project', mode: 'EXCLUSIVE', sessions: 2 }, () => {
      for (const name of ['One', 'Two']) changing.push(change({ version, name }));
    });
    const outcomes = await Promise.all(changing);
    expect(outcomes.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'CONFLICT', path: ['version'] }]);
    expect(await current()).toBe(version + 1);
  });

  it('are found in the audit trail by what was changed and when', async () => {
    const since = new Date();
    const version = await current();
    await change({ version, name: 'Found' });
    const { id } = await createKey(stage, 'VIEWER');
    const found = async (filter: object): Promise<string[]> => {
      const query = `query ($action: String, $subjectType: String, $subjectId: ID, $from: DateTime, $to: DateTime) {
        auditEntries(first: 50, action: $action, subjectType: $subjectType, subjectId: $subjectId, from: $from, to: $to) {
          nodes { action } } }`;
      const { auditEntries } = await stage.data<{ auditEntries: { nodes: { action: string }[] } }>(query, filter);
      return auditEntries.nodes.map(({ action }) => action);
    };
    expect(await found({ from: since })).toEqual(['api-key.created', 'project.updated']);
    expect(await found({ from: since, subjectType: 'project' })).toEqual(['project.updated']);
    expect(await found({ subjectType: 'api-key', subjectId: id })).toEqual(['api-key.created']);
    expect(await found({ from: since, action: 'project.updated' })).toEqual(['project.updated']);
    expect(await found({ from: since, to: since })).toEqual([]);
    expect((await found({ to: since })).length).toBeGreaterThan(1);
  });

  it('are changed by administrators alone', async () => {
    const { key } = await createKey(stage, 'MARKETER');
    const variables = { input: { version: await current(), name: 'Other' } };
    const { errors } = await stage.ask(update, { key, variables });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
