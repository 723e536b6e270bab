import { newId } from '@libs/foundation';
import { DateTimeScalar } from '@libs/platform';
import { ProjectsApiModule, ProjectsService } from '@modules/projects';
import { SuppressionService } from '@modules/suppression';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DirectCampaignResolver } from '../../../src/campaigns/api/direct/direct-campaign.resolver';
import { authoringApiProviders } from '../../../src/campaigns/authoring';
import { directProviders } from '../../../src/campaigns/direct';
import { StartDirect } from '../../../src/campaigns/direct/start-direct';
import { AudienceRepository } from '../../../src/campaigns/persistence/ledger/audience.repository';
import { ExecutionListRepository } from '../../../src/campaigns/persistence/ledger/execution-list.repository';
import { StopRepository } from '../../../src/campaigns/persistence/ledger/stop.repository';
import { type Stage, setStage } from '../campaigns-authoring/stage';

const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
  driver: ApolloDriver,
  autoSchemaFile: true,
  context: (request: unknown) => ({ req: request }),
});

const fields = `{ id name status version nextAt hasUnlaunchedChanges segment { rules }
  schedule { kind at weekdays time until timeZone from everyWeeks inMonth everyMonths } findings { path code severity message } }`;
const payload = `{ campaign ${fields} userErrors { code path message } }`;
const push = { mobilePush: { title: 'Tonight', body: 'The final' } };

interface Direct {
  id: string;
  version: number;
  status: string;
  nextAt: string | null;
  schedule: object;
  findings: { path: string[]; severity: string; message: string }[];
}

interface Answer {
  campaign: Direct | null;
  userErrors: { code: string; path: string[] }[];
}

describe('Direct campaigns', () => {
  let stage: Stage;
  let app: NestFastifyApplication;
  let apiKey: string;
  const standing = { rules: [], holdReason: null as string | null, warnings: [] as string[] };

  beforeAll(async () => {
    stage = await setStage({
      imports: [ProjectsApiModule, graphql],
      providers: [
        ...authoringApiProviders,
        ...directProviders,
        DirectCampaignResolver,
        AudienceRepository,
        ExecutionListRepository,
        StopRepository,
        DateTimeScalar,
        { provide: SuppressionService, useValue: { standing: async () => standing } },
      ],
      start: async (module) => {
        app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
        await app.listen(0, '127.0.0.1');
        return app;
      },
    });
    const first = await app.get(ProjectsService).ensureFirst();
    stage.actor.projectId = first.projectId;
    apiKey = first.apiKey ?? '';
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, country)
       SELECT gen_random_uuid(), $1, CASE WHEN n > 1 THEN 'U' || n END, CASE WHEN n <= 5 THEN 'GB' ELSE 'MT' END
       FROM generate_series(1, 12) AS n`,
      [first.projectId],
    );
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, country) VALUES (gen_random_uuid(), $1, 'stranger', 'GB')`,
      [newId()],
    );
  }, 60_000);
  afterAll(() => stage.close());
  beforeEach(async () => {
    standing.holdReason = null;
    await stage.database.query(`UPDATE direct_campaign SET status = 'ARCHIVED'`);
    await stage.database.query(`UPDATE execution SET state = 'COMPLETED'`);
  });

  async function ask<T>(query: string, variables: object = {}): Promise<T> {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables });
    const response = await fetch(`${await app.getUrl()}/graphql`, { method: 'POST', headers, body });
    const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  }

  async function change(verb: string, input: object): Promise<Answer> {
    const field = `${verb}DirectCampaign`;
    const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${field}(input: $input) ${payload} }`;
    return (await ask<Record<string, Answer>>(query, { input }))[field] as Answer;
  }

  async function made(more: object = {}): Promise<Direct> {
    const { campaign, userErrors } = await change('create', { name: `Direct ${newId()}`, content: push, ...more });
    expect(userErrors).toEqual([]);
    return campaign as Direct;
  }

  const launch = ({ id, version }: Direct): Promise<Answer> => change('launch', { id, version });

  const launched = async (more: object = {}): Promise<Direct> => {
    const { campaign, userErrors } = await launch(await made(more));
    expect(userErrors).toEqual([]);
    return campaign as Direct;
  };

  const executionsOf = (campaignId: string) =>
    stage.database.query<{
      id: string;
      state: string;
      run_date: string;
      hold_reason: string | null;
      recipients: number;
    }>(
      `SELECT id, state, run_date::text, hold_reason, recipients FROM execution WHERE optimove_campaign_id = $1 ORDER BY id`,
      [campaignId],
    );
  const isDueAt = (id: string, at: string): Promise<unknown> =>
    stage.database.query('UPDATE direct_campaign SET next_at = $2, next_day = $2::timestamptz::date WHERE id = $1', [
      id,
      at,
    ]);
  const direct = (): StartDirect => app.get(StartDirect);

  it('say at the field what is wrong with their schedule', async () => {
    const errorsOf = async (schedule: object): Promise<string[]> => {
      const { userErrors } = await change('create', { name: 'Bad', content: push, schedule });
      return userErrors.map(({ path }) => path.join('.'));
    };
    const once = { at: '2031-02-01T10:00', timeZone: 'Europe/Malta' };
    const repeating = { weekdays: [1], time: '10:00', timeZone: 'Europe/Malta' };
    expect(await errorsOf({ once: { ...once, at: '2031-02-30T10:00' } })).toEqual(['schedule.once.at']);
    expect(await errorsOf({ once: { ...once, timeZone: 'Malta' } })).toEqual(['schedule.once.timeZone']);
    expect(await errorsOf({ repeating: { ...repeating, weekdays: [0] } })).toEqual(['schedule.repeating.weekdays']);
    expect(await errorsOf({ repeating: { ...repeating, time: '24:00' } })).toEqual(['schedule.repeating.time']);
    expect(await errorsOf({ once, repeating })).toEqual(['schedule']);
    expect(await errorsOf({ repeating: { ...repeating, everyWeeks: 2 } })).toEqual(['schedule.repeating.from']);
    expect(await errorsOf({ repeating: { ...repeating, everyMonths: 1 } })).toEqual(['schedule.repeating.inMonth']);
    const both = { ...repeating, everyWeeks: 1, inMonth: 'LAST', from: '2031-02-31' };
    expect(await errorsOf({ repeating: both })).toEqual(['schedule.repeating.from', 'schedule.repeating.everyWeeks']);
  });

  it('are scheduled in the zone of the project unless they name one, weeks and months apart', async () => {
    await stage.database.query(`UPDATE project SET time_zone = 'Europe/Malta' WHERE id = $1`, [stage.actor.projectId]);
    const once = await launched({ schedule: { once: { at: '2031-07-01T10:00' } } });
    expect(once).toMatchObject({ nextAt: '2031-07-01T08:00:00.000Z', schedule: { timeZone: 'Europe/Malta' } });
    const repeating = { weekdays: [1, 2, 3, 4, 5], time: '10:00', inMonth: 'LAST', everyMonths: 3, from: '2031-02-01' };
    const quarterly = await launched({ schedule: { repeating: { ...repeating, timeZone: 'UTC' } } });
    expect(quarterly).toMatchObject({
      nextAt: '2031-02-28T10:00:00.000Z',
      schedule: { ...repeating, timeZone: 'UTC', everyWeeks: null, until: null },
    });
  });

  it('are not launched for a time that is over, nor with content that is not ready, nor by whoever read an older version', async () => {
    const past = await made({ schedule: { once: { at: '2020-01-01T10:00', timeZone: 'UTC' } } });
    expect((await launch(past)).userErrors).toMatchObject([{ path: ['schedule', 'at'] }]);
    const empty = await made({ content: { mobilePush: { title: '', body: '' } } });
    expect((await launch(empty)).userErrors[0]).toMatchObject({ code: 'INVALID_CONTENT' });
    const { id, version } = await made();
    await change('update', { id, version, schedule: {} });
    expect((await change('launch', { id, version })).userErrors).toMatchObject([
      { code: 'CONFLICT', path: ['version'] },
    ]);
  });

  it('warn when they rely on no exclusion rule, and of whom they will leave out', async () => {
    standing.warnings = ['gamStop was never loaded completely'];
    const { findings } = await made();
    const warned = findings.filter(({ path, severity }) => path[0] === 'suppression' && severity === 'WARNING');
    expect(warned.map(({ message }) => message)).toEqual([
      'gamStop was never loaded completely',
      expect.stringContaining('No exclusion rule'),
    ]);
    standing.warnings = [];
  });

  it('go out once, to everybody of the project in the segment, named or not, however many processes look', async () => {
    const rules = JSON.stringify({
      match: 'all',
      rules: [{ kind: 'attribute', name: 'country', is: 'equals', value: 'GB' }],
    });
    const { id } = await launched({ segment: { rules } });
    await Promise.all([direct().announceDue(10), direct().announceDue(10), direct().announceDue(10)]);
    const [execution, ...others] = await executionsOf(id);
    expect(others).toEqual([]);
    await Promise.all([1, 2, 3].map(() => direct().start(execution?.id ?? '')));
    expect(await executionsOf(id)).toMatchObject([{ state: 'RUNNING', recipients: 5 }]);
    const people = await stage.database.query<{ seq: number; profile_id: string }>(
      'SELECT seq, profile_id FROM recipient WHERE execution_id = $1 ORDER BY seq',
      [execution?.id],
    );
    expect(people.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(people.map((row) => row.profile_id)).size).toBe(5);
    const chunks = await stage.database.query(
      'SELECT chunk_no, from_seq, to_seq FROM execution_chunk WHERE execution_id = $1',
      [execution?.id],
    );
    expect(chunks).toEqual([{ chunk_no: 1, from_seq: 1, to_seq: 5 }]);
    await direct().announceDue(10);
    expect(await executionsOf(id)).toHaveLength(1);
  });

  it('go on at their next time; of the times that passed while nobody looked, one goes out', async () => {
    const repeating = { weekdays: [1, 2, 3, 4, 5, 6, 7], time: '10:00', timeZone: 'Europe/Malta' };
    const { id, nextAt } = await launched({ schedule: { repeating } });
    expect(new Date(nextAt ?? 0).getTime()).toBeGreaterThan(Date.now());
    await direct().announceDue(10);
    expect(await executionsOf(id)).toEqual([]);
    await isDueAt(id, '2026-01-05T09:00:00Z');
    await direct().announceDue(10);
    await direct().announceDue(10);
    expect(await executionsOf(id)).toMatchObject([{ run_date: '2026-01-05' }]);
    const { directCampaign } = await ask<{ directCampaign: Direct }>(
      `query ($id: ID!) { directCampaign(id: $id) ${fields} }`,
      { id },
    );
    expect(directCampaign).toMatchObject({ status: 'SCHEDULED', nextAt });
  });

  it('do not go out while they are paused, and leave out what passed meanwhile', async () => {
    const repeating = { weekdays: [1, 2, 3, 4, 5, 6, 7], time: '10:00', timeZone: 'Europe/Malta' };
    const { id } = await launched({ schedule: { repeating } });
    expect((await change('pause', { id })).campaign?.status).toBe('PAUSED');
    await isDueAt(id, '2026-01-05T09:00:00Z');
    await direct().announceDue(10);
    const { campaign } = await change('resume', { id });
    expect(new Date(campaign?.nextAt ?? 0).getTime()).toBeGreaterThan(Date.now());
    await direct().announceDue(10);
    expect(await executionsOf(id)).toEqual([]);
    expect((await change('resume', { id })).userErrors).toMatchObject([{ code: 'WRONG_STATUS' }]);
  });

  it('are held before they begin and in between, and go on by themselves', async () => {
    const { id } = await launched();
    standing.holdReason = 'gamStop was never synced';
    await direct().announceDue(10);
    const [execution] = await executionsOf(id);
    await direct().start(execution?.id ?? '');
    expect(await executionsOf(id)).toMatchObject([{ state: 'ANNOUNCED', hold_reason: standing.holdReason }]);

    standing.holdReason = null;
    await direct().watch(10);
    expect(await executionsOf(id)).toMatchObject([{ state: 'ANNOUNCED', hold_reason: null }]);
    await direct().start(execution?.id ?? '');
    expect(await executionsOf(id)).toMatchObject([{ state: 'RUNNING', recipients: 12 }]);

    standing.holdReason = 'gamStop is too old';
    await direct().watch(10);
    expect(await executionsOf(id)).toMatchObject([{ state: 'RUNNING', hold_reason: standing.holdReason }]);
    const against = () => app.get(StopRepository).reasonAgainst(stage.transactions.pool, execution?.id ?? '', []);
    expect((await against())?.reason).toBe('held: gamStop is too old');
    standing.holdReason = null;
    await direct().watch(10);
    expect(await against()).toBeNull();
  });
});
