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
import { setTimeZone } from '../../support/time-zone';
import { type Stage, setStage } from '../campaigns-authoring/stage';

const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
  driver: ApolloDriver,
  autoSchemaFile: true,
  buildSchemaOptions: { skipCheck: true },
  context: (request: unknown) => ({ req: request }),
});

const fields = `{ id name status version nextAt hasUnlaunchedChanges segment { rules }
  schedule { kind at weekdays time until timeZone from everyWeeks inMonth everyMonths inOwnTimeZone } findings { path code severity message } }`;
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
    await setTimeZone(ask, 'Europe/Malta');
    const once = await launched({ schedule: { once: { at: '2031-07-01T10:00' } } });
    expect(once).toMatchObject({ nextAt: '2031-07-01T08:00:00.000Z', schedule: { timeZone: 'Europe/Malta' } });
    const repeating = { weekdays: [1, 2, 3, 4, 5], time: '10:00', inMonth: 'LAST', everyMonths: 3, from: '2031-02-01' };
    const quarterly = await launched({ schedule: { repeating: { ...repeating, timeZone: 'UTC' } } });
    expect(quarterly).toMatchObject({
      nextAt: '2031-02-28T10:00:00.000Z',
      schedule: { ...repeating, timeZone: 'UTC', everyWeeks: null, until: null },
    });
  });

  it('keep the zone they were saved with when the project moves to another', async () => {
    await setTimeZone(ask, 'Europe/Malta');
    const schedule = { once: { at: '2031-07-01T10:00' } };
    const { id } = await launched({ schedule });
    await setTimeZone(ask, 'Asia/Tokyo');
    const query = 'query ($id: ID!) { directCampaign(id: $id) { nextAt schedule { timeZone } } }';
    const { directCampaign } = await ask<{ directCampaign: object }>(query, { id });
    expect(directCampaign).toEqual({ nextAt: '2031-07-01T08:00:00.000Z', schedule: { timeZone: 'Europe/Malta' } });
    expect(await launched({ schedule })).toMatchObject({ nextAt: '2031-07-01T01:00:00.000Z' });
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

  it('reach nobody of another project', async () => {
    const { id } = await launched();
    await direct().announceDue(10);
    const [execution] = await executionsOf(id);
    await direct().start(execution?.id ?? '');
    const reached = await stage.database.query<{ user_id: string | null; project_id: string }>(
      'SELECT p.user_id, p.project_id FROM recipient r JOIN profile p ON p.id = r.profile_id WHERE execution_id = $1',
      [execution?.id],
    );
    expect(reached).toHaveLength(12);
    expect(reached.filter(({ project_id }) => project_id !== stage.actor.projectId)).toEqual([]);
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

    const other = await launched();
    await direct().announceDue(10);
    standing.holdReason = 'gamStop is too old';
    await direct().watch(1);
    expect(await executionsOf(other.id)).toMatchObject([{ state: 'ANNOUNCED', hold_reason: standing.holdReason }]);
    expect(await executionsOf(id)).toMatchObject([{ state: 'RUNNING', hold_reason: standing.holdReason }]);
    const against = () => app.get(StopRepository).reasonAgainst(stage.transactions.pool, execution?.id ?? '', []);
    expect((await against())?.reason).toBe('held: gamStop is too old');
    standing.holdReason = null;
    await direct().watch(10);
    expect(await against()).toBeNull();
  });

  it('are previewed for a profile, in its language and variant, with sample values where it has none', async () => {
    const [profileId, stranger] = [newId(), newId()];
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, language, attributes) VALUES ($1, $3, 'previewed', 'de', '{"first_name":"Kim"}'),
         ($2, gen_random_uuid(), 'another', 'de', '{}')`,
      [profileId, stranger, stage.actor.projectId],
    );
    const draft = await made({
      content: {
        mobilePush: { title: 'Tonight', body: '{{ user.first_name }} plays {{ user.game }}' },
        email: {
          fromAddress: 'a@example.com',
          fromName: 'A',
          subject: 'Tonight',
          html: '<p>{{ user.first_name }}</p>',
        },
        alternatives: [{ language: 'de', texts: [{ path: 'mobilePush.title', text: 'Heute' }] }],
      },
    });
    const preview = async (input: object) =>
      (
        await ask<{ previewCampaign: object }>(
          `query ($input: PreviewCampaignInput!) { previewCampaign(input: $input) {
             mobilePush { title body } email { subject html } missing userErrors { code path } } }`,
          { input: { id: draft.id, ...input } },
        )
      ).previewCampaign;
    expect(await preview({ profileId })).toEqual({
      mobilePush: { title: 'Heute', body: 'Kim plays ' },
      email: { subject: 'Tonight', html: expect.stringContaining('<p>Kim</p>') },
      missing: ['user.game'],
      userErrors: [],
    });
    expect(await preview({ profileId, language: 'en', values: [{ name: 'user.game', value: 'Chess' }] })).toMatchObject(
      {
        mobilePush: { title: 'Tonight', body: 'Kim plays Chess' },
        missing: [],
      },
    );
    expect(await preview({ profileId: stranger })).toMatchObject({ userErrors: [{ path: ['profileId'] }] });
    expect(await preview({ id: newId() })).toMatchObject({ userErrors: [{ code: 'NOT_FOUND', path: ['id'] }] });
  });

  describe('in own time zones', () => {
    const person = async (userId: string, timeZone: string | null, devices: (string | null)[] = []): Promise<void> => {
      const [row] = await stage.database.query<{ id: string }>(
        `INSERT INTO profile (id, project_id, user_id, country, time_zone) VALUES (gen_random_uuid(), $1, $2, 'ZZ', $3) RETURNING id`,
        [stage.actor.projectId, userId, timeZone],
      );
      await stage.database.query(
        `INSERT INTO device (id, project_id, app_id, profile_id, platform, installation_id, secret_hash, time_zone, last_seen_at)
         SELECT gen_random_uuid(), $1, gen_random_uuid(), $2, 'IOS', gen_random_uuid()::text, gen_random_uuid()::text, zone, now() - nth * interval '1 day'
         FROM unnest($3::text[]) WITH ORDINALITY AS d(zone, nth)`,
        [stage.actor.projectId, row?.id, devices],
      );
    };
    const segment = {
      rules: JSON.stringify({
        match: 'all',
        rules: [{ kind: 'attribute', name: 'country', is: 'equals', value: 'ZZ' }],
      }),
    };
    const frozen = async ({ id }: Direct) => {
      await isDueAt(id, new Date().toISOString());
      await direct().announceDue(10);
      const [execution] = await executionsOf(id);
      await direct().start(execution?.id ?? '');
      return execution?.id ?? '';
    };
    const dueTimes = async (executionId: string): Promise<Record<string, string>> => {
      const people = await stage.database.query<{ customer_id: string; due_at: Date }>(
        'SELECT customer_id, due_at FROM recipient WHERE execution_id = $1 ORDER BY seq',
        [executionId],
      );
      return Object.fromEntries(people.map((each) => [each.customer_id, each.due_at.toISOString().slice(0, 16)]));
    };

    beforeAll(async () => {
      await setTimeZone(ask, 'Europe/Malta');
      await person('tokyo', 'Asia/Tokyo', ['America/New_York']);
      await person('london', 'europe/london');
      await person('kathmandu', null, [null, 'Asia/Kathmandu', 'Asia/Tokyo']);
      await person('nowhere', 'Mars/Base', ['Mars/Moon']);
      await person('honolulu', 'Mars/Base', ['Pacific/Honolulu']);
    });

    it('go out at the local time of the profile, else of the device seen last, else of the schedule', async () => {
      const campaign = await launched({
        segment,
        schedule: { once: { at: '2035-01-15T18:30', inOwnTimeZone: true } },
      });
      expect(campaign).toMatchObject({
        nextAt: '2035-01-15T04:30:00.000Z',
        schedule: { timeZone: 'Europe/Malta', inOwnTimeZone: true },
      });
      const executionId = await frozen(campaign);
      const due = await dueTimes(executionId);
      expect(Object.entries(due)).toEqual([
        ['tokyo', '2035-01-15T09:30'],
        ['kathmandu', '2035-01-15T12:45'],
        ['nowhere', '2035-01-15T17:30'],
        ['london', '2035-01-15T18:30'],
        ['honolulu', '2035-01-16T04:30'],
      ]);
      const chunks = await stage.database.query<{ due_at: Date }>(
        'SELECT chunk_no, from_seq, to_seq, due_at FROM execution_chunk WHERE execution_id = $1 ORDER BY chunk_no',
        [executionId],
      );
      expect(chunks).toEqual(
        Object.values(due).map((at, index) => ({
          ...{ chunk_no: index + 1, from_seq: index + 1, to_seq: index + 1, due_at: new Date(`${at}Z`) },
        })),
      );
      const jobs = await stage.database.query<{ run_at: Date }>(
        `SELECT run_at FROM outbox_message WHERE queue = 'campaigns.send-chunk' AND data->>'executionId' = $1 ORDER BY run_at`,
        [executionId],
      );
      expect(jobs.map(({ run_at }) => run_at)).toEqual(chunks.map(({ due_at }) => due_at));
      expect(await executionsOf(campaign.id)).toMatchObject([{ state: 'RUNNING', recipients: 5 }]);
    });

    it('go out an hour later where the clock leaps over the time, and at the first where it shows it twice', async () => {
      const leap = await launched({ segment, schedule: { once: { at: '2035-03-25T01:30', inOwnTimeZone: true } } });
      expect(await dueTimes(await frozen(leap))).toMatchObject({
        london: '2035-03-25T01:30',
        tokyo: '2035-03-24T16:30',
      });
      const twice = await launched({ segment, schedule: { once: { at: '2035-10-28T01:30', inOwnTimeZone: true } } });
      expect(await dueTimes(await frozen(twice))).toMatchObject({
        london: '2035-10-28T00:30',
        nowhere: '2035-10-27T23:30',
      });
    });

    it('leave out whose clock is past the time by more than an hour, which the review says', async () => {
      const at = new Date().toISOString().slice(0, 16);
      const draft = await made({ segment, schedule: { once: { at, timeZone: 'UTC', inOwnTimeZone: true } } });
      expect(draft.findings).toContainEqual({
        ...{ path: ['schedule', 'at'], code: 'LEAVES_OUT', severity: 'WARNING' },
        message: expect.stringContaining(`it is past ${at.replace('T', ' ')} there already`),
      });
      const { campaign } = await launch(draft);
      expect(new Date(campaign?.nextAt ?? 0).getTime()).toBeLessThanOrEqual(Date.now());
      await direct().announceDue(10);
      const [execution] = await executionsOf(draft.id);
      await direct().start(execution?.id ?? '');
      const ended = await stage.database.query(
        'SELECT customer_id, end_state, reason FROM recipient WHERE execution_id = $1 AND end_state IS NOT NULL ORDER BY seq',
        [execution?.id],
      );
      const past = (zone: string) =>
        `It was past ${at.replace('T', ' ')} in ${zone} already when the campaign went out`;
      expect(ended).toEqual([
        { customer_id: 'tokyo', end_state: 'EXPIRED', reason: past('Asia/Tokyo') },
        { customer_id: 'kathmandu', end_state: 'EXPIRED', reason: past('Asia/Kathmandu') },
      ]);
      expect(
        (await change('update', { id: draft.id, version: campaign?.version, schedule: {} })).campaign?.findings,
      ).not.toContainEqual(expect.objectContaining({ code: 'LEAVES_OUT' }));
    });

    it('leave nobody out because nobody looked when they were to begin', async () => {
      const day = new Date(Date.now() - 20 * 3_600_000).toISOString();
      const campaign = await launched({
        segment,
        schedule: { once: { at: '2035-01-15T18:30', inOwnTimeZone: true } },
      });
      const at = `${day.slice(0, 10)}T18:30`;
      const begins = new Date(Date.parse(`${at}Z`) - 14 * 3_600_000).toISOString();
      await stage.database.query(
        `UPDATE direct_campaign SET launched_schedule = launched_schedule || jsonb_build_object('at', $2::text),
           next_at = $3, next_day = $2::date WHERE id = $1`,
        [campaign.id, at, begins],
      );
      await direct().announceDue(10);
      const [execution] = await executionsOf(campaign.id);
      await direct().start(execution?.id ?? '');
      const ended = await stage.database.query(
        'SELECT customer_id, reason FROM recipient WHERE execution_id = $1 AND end_state IS NOT NULL',
        [execution?.id],
      );
      expect(ended).toEqual([]);
      expect(await executionsOf(campaign.id)).toMatchObject([{ state: 'RUNNING', recipients: 5 }]);
    });

    it('wait for their times again after a hold', async () => {
      const executionId = await frozen(
        await launched({ segment, schedule: { once: { at: '2035-01-15T18:30', inOwnTimeZone: true } } }),
      );
      const jobs = async (): Promise<Date[]> =>
        (
          await stage.database.query<{ run_at: Date }>(
            `SELECT run_at FROM outbox_message WHERE queue = 'campaigns.send-chunk' AND data->>'executionId' = $1 ORDER BY run_at`,
            [executionId],
          )
        ).map(({ run_at }) => run_at);
      const before = await jobs();
      await stage.database.query(`DELETE FROM outbox_message WHERE data->>'executionId' = $1`, [executionId]);
      standing.holdReason = 'gamStop is too old';
      await direct().watch(10);
      standing.holdReason = null;
      await direct().watch(10);
      expect(await jobs()).toEqual(before);
    });

    it('repeat at the local time of each day', async () => {
      const repeating = { weekdays: [1, 2, 3, 4, 5, 6, 7], time: '18:30', from: '2035-01-15', inOwnTimeZone: true };
      const { id, nextAt } = await launched({ segment, schedule: { repeating } });
      expect(nextAt).toBe('2035-01-15T04:30:00.000Z');
      await stage.database.query(`UPDATE direct_campaign SET next_at = now(), next_day = '2035-01-20' WHERE id = $1`, [
        id,
      ]);
      await direct().announceDue(10);
      const [execution] = await executionsOf(id);
      await direct().start(execution?.id ?? '');
      expect(await dueTimes(execution?.id ?? '')).toMatchObject({ tokyo: '2035-01-20T09:30' });
    });

    it('come to nobody twice after a pause: who is still to come gets it', async () => {
      const { id } = await launched({ segment, schedule: { once: { at: '2035-01-15T18:30', inOwnTimeZone: true } } });
      await change('pause', { id });
      const at = new Date().toISOString().slice(0, 16);
      await stage.database.query(
        `UPDATE direct_campaign SET launched_schedule = launched_schedule || jsonb_build_object('at', $2::text) WHERE id = $1`,
        [id, at],
      );
      const { campaign } = await change('resume', { id });
      expect(campaign).toMatchObject({ status: 'SCHEDULED' });
      await direct().announceDue(10);
      await direct().announceDue(10);
      expect(await executionsOf(id)).toHaveLength(1);
      const { directCampaign } = await ask<{ directCampaign: Direct }>(
        `query ($id: ID!) { directCampaign(id: $id) ${fields} }`,
        { id },
      );
      expect(directCampaign).toMatchObject({ status: 'FINISHED', nextAt: null });
    });
  });
});
