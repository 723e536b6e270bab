import { newId } from '@libs/foundation';
import { SecretBox } from '@libs/platform';
import type { NamedCustomer, PersonalData } from '@modules/profiles';
import { erasurePurpose } from '../../../src/campaigns/domain/erased';
import { ExecutionRepository } from '../../../src/campaigns/persistence/ledger/execution.repository';
import { StopRepository } from '../../../src/campaigns/persistence/ledger/stop.repository';
import type { JournalPersonalData } from '../../../src/campaigns/personal-data/journal-personal-data';
import { LedgerPersonalData } from '../../../src/campaigns/personal-data/ledger-personal-data';
import { type Lists, listsOf, type Place } from './lists';
import { type LedgerStage, setStage } from './stage';

const keys = (first: string): string => `${first}:${Buffer.alloc(32, first).toString('base64')}`;

describe('a list that is frozen', () => {
  let stage: LedgerStage;
  let { announced, frozen } = {} as Lists;
  beforeAll(async () => {
    stage = await setStage();
    ({ announced, frozen } = listsOf(stage));
  });
  afterAll(() => stage?.close());

  const open = (id: string) => ({ id, state: null, reason: null });
  const again = (id: string) => ({
    ...{ id, state: 'DUPLICATE', reason: 'Already in an execution of this campaign within 3 days' },
  });

  it('has times of the zone of the connection: in summer, where the clock is put on and back, and with a zone', async () => {
    const dueIn = async (timeZone: string, at: string): Promise<string | undefined> => {
      const id = await announced();
      await frozen(id, [{ id: 'a', at }], { timeZone });
      const [row] = await stage.database.query<{ due_at: Date }>(
        'SELECT due_at FROM recipient WHERE execution_id = $1',
        [id],
      );
      return row?.due_at.toISOString().slice(0, 16);
    };
    expect(await dueIn('Europe/Malta', '2026-07-01 09:00:00')).toBe('2026-07-01T07:00');
    expect(await dueIn('Europe/Malta', '2026-01-15 09:00:00')).toBe('2026-01-15T08:00');
    expect(await dueIn('Europe/Malta', '2026-03-29 02:30:00')).toBe('2026-03-29T01:30');
    expect(await dueIn('Europe/Malta', '2026-10-25 02:30:00')).toBe('2026-10-25T00:30');
    expect(await dueIn('Australia/Lord_Howe', '2026-04-05 01:45:00')).toBe('2026-04-04T14:45');
    expect(await dueIn('Australia/Lord_Howe', '2026-10-04 02:15:00')).toBe('2026-10-03T15:45');
    expect(await dueIn('Antarctica/Troll', '2026-10-25 01:30:00')).toBe('2026-10-24T23:30');
    expect(await dueIn('Europe/Malta', '2026-07-01T09:00:00+05:30')).toBe('2026-07-01T03:30');
    expect(await dueIn('America/New_York', '2026-07-01T09:00:00Z')).toBe('2026-07-01T09:00');
  });

  it('has the reason of its cancellation, whatever kept it from being read again, before or afterwards', async () => {
    const executions = new ExecutionRepository(stage.transactions);
    const reasonAfter = async (...steps: ('fail' | 'cancel')[]): Promise<unknown> => {
      const id = await announced();
      await frozen(id, [{ id: 'a' }]);
      for (const step of steps) {
        if (step === 'cancel') {
          await new StopRepository().requestCancel(stage.transactions.pool, [id], 'The connection was deleted');
          continue;
        }
        const holder = newId();
        await stage.database.query(
          `UPDATE execution SET reading = 2, holder = $2, held_until = now() + interval '1 minute' WHERE id = $1`,
          [...[id, holder]],
        );
        await executions.failReading({ id, reading: 2 }, holder, 'There is no such connection');
      }
      const [row] = await stage.database.query<{ reason: string }>('SELECT reason FROM execution WHERE id = $1', [id]);
      return row?.reason;
    };
    expect(await reasonAfter('fail')).toBe('There is no such connection');
    expect(await reasonAfter('fail', 'cancel')).toBe('The connection was deleted');
    expect(await reasonAfter('cancel', 'fail')).toBe('The connection was deleted');
  });

  describe('of a campaign that went out over a connection that was deleted and made again', () => {
    it('brings nobody the same message twice', async () => {
      const old = { connectionId: newId(), channelId: newId() };
      await frozen(await announced(old), [{ id: 'a' }, { id: 'b' }]);
      const customers = [{ id: 'a' }, { id: 'b', at: '10:00' }, { id: 'c' }];
      expect(await frozen(await announced(), customers, { predecessors: [old.connectionId] })).toEqual([
        ...[again('a'), open('b'), open('c')],
      ]);
    });

    it('brings those whom it reached there nothing more that day, also at another time', async () => {
      const old = { connectionId: newId(), channelId: newId() };
      const first = await announced(old);
      await frozen(first, [{ id: 'sent' }, { id: 'left' }]);
      await stage.database.query(
        `UPDATE recipient SET end_state = CASE customer_id WHEN 'sent' THEN 'SENT' ELSE 'CANCELLED' END WHERE execution_id = $1`,
        [first],
      );
      const customers = [
        { id: 'sent', at: '18:00' },
        { id: 'left', at: '18:00' },
      ];
      expect(await frozen(await announced(), customers, { predecessors: [old.connectionId] })).toEqual([
        ...[again('sent'), open('left')],
      ]);
    });

    it('is not read before it has been cancelled there to its end', async () => {
      const old = { connectionId: newId(), channelId: newId() };
      const first = await announced(old);
      const place = { connectionId: newId(), channelId: newId() };
      const id = await announced(place);
      const executions = new ExecutionRepository(stage.transactions);
      const connectionIds = [place.connectionId, old.connectionId];
      const taken = () => executions.takeReading(id, { holder: newId(), connectionIds });
      expect(await taken()).toBeNull();
      expect(await executions.waitsForCancellation(id, connectionIds)).toBe(true);
      await stage.database.query(`UPDATE execution SET state = 'CANCELLED' WHERE id = $1`, [first]);
      expect(await executions.waitsForCancellation(id, connectionIds)).toBe(false);
      expect(await taken()).toMatchObject({ id, state: 'READING' });
    });

    it('has its own people where the other connection is of another account', async () => {
      await frozen(await announced(), [{ id: 'a' }]);
      expect(await frozen(await announced(), [{ id: 'a' }])).toEqual([open('a')]);
    });
  });

  describe('that names somebody who was erased', () => {
    const secrets = new SecretBox(keys('b'));
    const erase = (userId: string, customers: NamedCustomer[], profileId: string | null = newId()): Promise<number> => {
      const nothing = { register: () => undefined } as unknown as PersonalData;
      const journal = { erase: async () => 0 } as unknown as JournalPersonalData;
      const customerIds = [userId, ...customers.map(({ customerId }) => customerId)];
      const person = { profileId, customerIds, customers, email: null, mobileNumber: null };
      const data = new LedgerPersonalData(nothing, journal, secrets);
      return stage.transactions.run((tx) => data.erase(tx, stage.projectId, person));
    };
    /** Keys after another one was put in front. */
    const erasureKeys = new SecretBox(`${keys('c')},${keys('b')}`).derivedKeys(erasurePurpose);

    it('brings them nothing when it was announced before, in no further reading and in no new launch', async () => {
      const place = { connectionId: newId(), channelId: newId() };
      const id = await announced(place);
      await frozen(id, [{ id: 'gone' }, { id: 'kept' }]);
      await erase('a user ID', [{ ...place, customerId: 'gone' }]);
      const rows = await frozen(id, [{ id: 'gone' }, { id: 'kept' }, { id: 'new' }], { reading: 2, erasureKeys });
      expect(rows).toEqual([{ ...open('gone'), id: expect.stringMatching(/^erased:/) }, open('kept'), open('new')]);
      const [sums] = await stage.database.query(
        'SELECT known, erased, added FROM execution_reading WHERE execution_id = $1 AND reading = 2',
        [id],
      );
      expect(sums).toEqual({ known: 1, erased: 1, added: 1 });
      expect(await frozen(await announced(place, 2), [{ id: 'gone' }], { erasureKeys })).toEqual([]);
    });

    it('knows them over a connection that was made again, and takes nobody for them whom another account calls so', async () => {
      const [here, old, elsewhere] = await Promise.all(
        [1, 2, 3].map(async () => {
          const place = { connectionId: newId(), channelId: newId() };
          return { ...place, id: await announced(place) };
        }),
      );
      await erase('u-7', [{ connectionId: old?.connectionId ?? '', customerId: '1001' }]);
      const list = [{ id: '1001' }, { id: 'u-7' }];
      const predecessors = [old?.connectionId ?? ''];
      expect(await frozen(here?.id ?? '', list, { predecessors, erasureKeys })).toEqual([open('u-7')]);
      expect(await frozen(elsewhere?.id ?? '', list, { erasureKeys })).toEqual([open('1001'), open('u-7')]);
    });

    it('knows them by the user ID where that is the customer ID, and anywhere whom nobody but Optimove knew', async () => {
      const [first, second] = [await announced(), await announced()];
      await erase('u-8', []);
      await erase('unknown', [], null);
      const list = [{ id: 'u-8' }, { id: 'unknown' }];
      expect(await frozen(first, list, { userIdAttribute: null, erasureKeys })).toEqual([]);
      expect(await frozen(second, list, { erasureKeys })).toEqual([open('u-8')]);
    });

    describe('over a connection with a User ID attribute, before anybody matched them', () => {
      const profiles: [string, string | null][] = [
        ['with a profile', newId()],
        ['without one', null],
      ];
      let place: Place;
      const connected = async (accountId = newId()): Promise<Place> => {
        const made = { connectionId: newId(), channelId: newId() };
        await stage.database.query(
          `INSERT INTO connection (id, account_id, project_id, name, endpoint, api_token_hint, callback_secret, user_id_attribute)
           VALUES ($1, $2, $3, gen_random_uuid()::text, 'https://example.com', 'x', 'x', 'LOYALTY_ID')`,
          [made.connectionId, accountId, stage.projectId],
        );
        return made;
      };
      beforeEach(async () => {
        place = await connected();
      });

      it.each(profiles)('leaves nothing to send to of a list that was frozen before, %s', async (_, profileId) => {
        const id = await announced(place);
        await frozen(id, [
          { id: '2001', userId: ' p-1' },
          { id: '2002', userId: 'p-1' },
          { id: '2003', userId: 'p-2' },
        ]);
        await erase('p-1', [], profileId);
        const chunk = await stage.chunks.take({ executionId: id, chunkNo: 1 }, newId());
        if (!chunk) throw new Error('The chunk cannot be taken');
        expect(await stage.chunks.openRecipients(chunk, 10)).toMatchObject([
          { customerId: expect.stringMatching(/^erased:/), attributes: [null, null] },
          { customerId: '2003', attributes: ['Kim', 'p-2'] },
        ]);
        const again = [{ id: '2001' }, { id: '2002', userId: 'p-1' }];
        expect(await frozen(id, again, { reading: 2, erasureKeys })).toHaveLength(3);
      });

      it('takes them out of lists over other connections to the account, and nobody whom another account calls so', async () => {
        const accountId = newId();
        const [now, before] = [await connected(accountId), await connected(accountId)];
        const [theirs, older, elsewhere, unlike] = [
          await announced(now),
          await announced(before),
          await announced(),
          await announced(place),
        ];
        await frozen(theirs, [{ id: '2001', userId: 'p-4' }]);
        await frozen(older, [{ id: '2001' }]);
        await frozen(elsewhere, [{ id: '2001' }, { id: 'p-4' }], { userIdAttribute: null });
        await frozen(unlike, [{ id: 'p-4', userId: 'p-9' }]);
        await erase('p-4', []);
        const left = await stage.database.query(
          `SELECT r.execution_id AS id, r.customer_id AS customer, s.attributes FROM recipient r
           JOIN recipient_staging s USING (execution_id, reading, row_no)
           WHERE r.execution_id = ANY($1) AND r.customer_id = s.customer_id`,
          [[theirs, older, elsewhere, unlike]],
        );
        expect(left).toEqual([
          { id: elsewhere, customer: '2001', attributes: ['Kim', null] },
          { id: unlike, customer: 'p-4', attributes: ['Kim', 'p-9'] },
        ]);
      });

      it('knows them by the user ID in a list that was read before it had the attribute', async () => {
        const id = await announced(place);
        await frozen(id, [{ id: 'p-5' }], { userIdAttribute: null });
        await stage.database.query(`UPDATE execution SET attributes = '{FIRST_NAME,TIER}' WHERE id = $1`, [id]);
        await erase('p-5', []);
        const left = await stage.database.query('SELECT customer_id FROM recipient WHERE execution_id = $1', [id]);
        expect(left).toEqual([{ customer_id: expect.stringMatching(/^erased:/) }]);
      });

      it.each(profiles)('drops them from a list that is read afterwards, %s', async (_, profileId) => {
        const id = await announced(place);
        await erase('p-3', [], profileId);
        const list = [
          { id: '3001', userId: 'p-3' },
          { id: '3002', userId: '\u00a0p-3 ' },
          { id: '3003', userId: 'P-3' },
          { id: '3004', userId: null },
        ];
        expect(await frozen(id, list, { erasureKeys })).toEqual([open('3003'), open('3004')]);
        const [sums] = await stage.database.query('SELECT erased FROM execution_reading WHERE execution_id = $1', [id]);
        expect(sums).toEqual({ erased: 2 });
      });
    });

    it('is one like any other when it was announced afterwards', async () => {
      await erase('back', [], null);
      expect(await frozen(await announced(), [{ id: 'back' }], { erasureKeys })).toEqual([open('back')]);
    });
  });
});
