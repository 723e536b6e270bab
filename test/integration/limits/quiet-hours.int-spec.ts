import { newId } from '@libs/foundation';
import { LimitsReader } from '../../../src/campaigns/limits/limits-in-force';
import { mutate, tryMutation } from '../../support/campaign-stage';
import { type LimitStage, setStage, texts } from './stage';

/** `HH:MM` in UTC so many minutes from now. */
const clock = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString().slice(11, 16);

describe('quiet hours', () => {
  let stage: LimitStage;
  beforeAll(async () => {
    stage = await setStage();
  }, 120_000);
  afterAll(() => stage?.close());

  /** Quiet on clocks of UTC now, and over on those far from it. */
  const quietInUtc = (more: object = {}): Promise<void> =>
    stage.setRules({ quietHours: { from: clock(-60), to: clock(120) }, ...more });

  it('are refused when they are no time or never end, and when somebody else was faster', async () => {
    const set = (input: object) =>
      tryMutation<object>(
        stage.graphql,
        'updateSendingRules',
        'UpdateSendingRulesInput',
        'sendingRules { version }',
        input,
      );
    const wrong = await set({ version: 1, quietHours: { from: '24:00', to: '8' } });
    expect(wrong.userErrors.map(({ path }) => path.join('.')).sort()).toEqual(['quietHours.from', 'quietHours.to']);
    expect((await set({ version: 1, quietHours: { from: '08:00', to: '08:00' } })).userErrors).toMatchObject([
      { code: 'INVALID', path: ['quietHours', 'to'] },
    ]);
    expect((await set({ version: 7 })).userErrors).toMatchObject([{ code: 'CONFLICT', path: ['version'] }]);
  });

  it('keep people waiting by their own clocks, without a time zone by the project’s, until they are over', async () => {
    await quietInUtc();
    await stage.person('night-1');
    await stage.person('night-2', { timezone: 'Pacific/Kiritimati' });
    await stage.person('night-3');
    await stage.database.query(`UPDATE profile SET time_zone = 'Nowhere/Land' WHERE user_id = 'night-3'`);
    const executionId = await stage.launched('night', texts.sms);
    await stage.run(executionId);
    expect((await stage.endings(executionId)).map(({ state }) => state)).toEqual([null, 'SENT', null]);
    const [chunk] = await stage.database.query<{ state: string; minutes: number }>(
      `SELECT state, extract(epoch FROM due_at - now())::int / 60 AS minutes FROM execution_chunk WHERE execution_id = $1`,
      [executionId],
    );
    expect(chunk?.state).toBe('PENDING');
    expect(chunk?.minutes).toBeGreaterThan(115);
    expect(chunk?.minutes).toBeLessThanOrEqual(120);
    await stage.setRules({});
    await stage.waited(executionId);
    await stage.run(executionId);
    expect((await stage.endings(executionId)).map(({ state }) => state)).toEqual(['SENT', 'SENT', 'SENT']);
    const [done] = await stage.database.query<{ state: string }>(
      'SELECT state FROM execution_chunk WHERE execution_id = $1',
      [executionId],
    );
    expect(done?.state).toBe('DONE');
  });

  it('go by the device seen last where the profile names no time zone', async () => {
    await quietInUtc();
    const device = (profileId: string, timeZone: string | null, seenDaysAgo: number): Promise<unknown> =>
      stage.database.query(
        `INSERT INTO device (id, project_id, app_id, profile_id, platform, installation_id, time_zone, last_seen_at)
         VALUES ($1, $2, $3, $4, 'ANDROID', $1::uuid::text, $5, now() - $6 * interval '1 day')`,
        [newId(), stage.projectId, appId, profileId, timeZone, seenDaysAgo],
      );
    const { app } = await mutate<{ app: { id: string } }>(stage.graphql, 'createApp', 'CreateAppInput', 'app { id }', {
      name: 'Casino',
      platform: 'ANDROID',
    });
    const appId = app.id;
    const far = 'Pacific/Kiritimati';
    const moved = await stage.person('zone-1-moved-away');
    await device(moved, 'UTC', 3);
    await device(moved, far, 1);
    await device(moved, null, 0);
    const back = await stage.person('zone-2-came-back');
    await device(back, far, 3);
    await device(back, 'UTC', 1);
    await device(await stage.person('zone-3-says-otherwise', { timezone: 'UTC' }), far, 0);
    await stage.person('zone-4-has-none');
    const executionId = await stage.launched('zone-', texts.sms);
    await stage.run(executionId);
    expect((await stage.endings(executionId)).map(({ state }) => state)).toEqual(['SENT', null, null, null]);
  });

  it('are told in the trace while somebody waits', async () => {
    await quietInUtc();
    await stage.person('traced');
    const executionId = await stage.launched('traced', texts.sms);
    await stage.run(executionId);
    const [row] = await stage.database.query<{ held: Date }>(
      'SELECT held_until AS held FROM recipient WHERE execution_id = $1',
      [executionId],
    );
    expect(row?.held.toISOString().slice(11, 16)).toBe(clock(120));
    const until = row?.held.toISOString() ?? '';
    const last = async (): Promise<object | undefined> => {
      const { customerTrace } = await stage.graphql<{
        customerTrace: { nodes: { heldUntil: string; steps: { kind: string; detail: string }[] }[] };
      }>('{ customerTrace(customerId: "traced", first: 1) { nodes { heldUntil steps { kind detail } } } }');
      const [entry] = customerTrace.nodes;
      return entry && { heldUntil: entry.heldUntil, ...entry.steps.at(-1) };
    };
    const detail = `Until ${until}: quiet hours, or the next try`;
    expect(await last()).toEqual({ heldUntil: until, kind: 'WAITS', detail });
    await mutate(stage.graphql, 'pauseExecution', 'ExecutionIdInput', 'execution { id }', { id: executionId });
    expect(await last()).toEqual({ heldUntil: until, kind: 'WAITS', detail: 'The execution is paused' });
  });

  it('end a message that would expire before they do, with the limit of its category first', async () => {
    await quietInUtc();
    await stage.person('late');
    const [ending] = await stage.send('late', { ...texts.sms, expiresAfterMinutes: 60 });
    expect(ending).toMatchObject({ state: 'QUIET_HOURS', reason: expect.stringContaining('Quiet hours in UTC until') });
    const { id: categoryId } = await stage.category({ perDay: 1, ignoresQuietHours: true });
    const [loud] = await stage.send('late', { ...texts.sms, categoryId, expiresAfterMinutes: 60 });
    expect(loud?.state).toBe('SENT');
    await stage.database.query('UPDATE engagement_category SET ignores_quiet_hours = false WHERE id = $1', [
      categoryId,
    ]);
    const [limited] = await stage.send('late', { ...texts.sms, categoryId, expiresAfterMinutes: 60 });
    expect(limited?.state).toBe('CATEGORY_LIMIT');
  });

  it('take no place of a category while they last', async () => {
    await quietInUtc();
    await stage.person('patient');
    const { id: categoryId } = await stage.category({ perDay: 1 });
    const executionId = await stage.launched('patient', { ...texts.sms, categoryId });
    await stage.run(executionId);
    expect(await stage.database.query('SELECT 1 FROM engagement_use WHERE category_id = $1', [categoryId])).toEqual([]);
  });

  it('hold for triggered messages only when told', async () => {
    await quietInUtc();
    const read = async () =>
      (
        await stage.app
          .get(LimitsReader, { strict: false })
          .read({ projectId: stage.projectId, isTriggered: true, contents: new Map() })
      ).quietHours;
    expect(await read()).toBeNull();
    await quietInUtc({ isQuietForTriggered: true });
    expect(await read()).toMatchObject({ from: clock(-60) });
  });
});
