import { newId } from '@libs/foundation';
import { ExecutionRepository } from '../../../src/campaigns/persistence/ledger/execution.repository';
import { FreezeRepository } from '../../../src/campaigns/persistence/ledger/freeze.repository';
import { type LedgerStage, setStage } from './stage';

interface Customer {
  id: string;
  userId: string | null;
  template?: string;
  at?: string;
  isControl?: boolean;
  firstName?: string | null;
}

describe('customers of one list who are one person by their User ID attribute', () => {
  let stage: LedgerStage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage?.close());

  async function announced(place = { connectionId: newId(), channelId: newId() }, launch = 1): Promise<string> {
    const id = newId();
    await stage.database.query('SELECT ensure_ledger_partitions(now())');
    await stage.database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date,
         state, attributes, launch) VALUES ($1, $2, $3, $4, 506, 'c1', '2026-05-04', 'ANNOUNCED', '{FIRST_NAME,LOYALTY_ID}', $5)`,
      [id, stage.projectId, place.connectionId, place.channelId, launch],
    );
    return id;
  }

  /** Reads and freezes a list. @returns the end states by customer. */
  async function frozen(
    id: string,
    customers: Customer[],
    { reading = 1, userIdAttribute = 'LOYALTY_ID' as string | null } = {},
  ): Promise<object[]> {
    const holder = newId();
    await stage.database.query(
      `UPDATE execution SET state = 'READING', reading = $2, holder = $3, read_started_at = now() WHERE id = $1`,
      [id, reading, holder],
    );
    await stage.database.query('INSERT INTO execution_reading (execution_id, reading) VALUES ($1, $2)', [id, reading]);
    for (const [
      index,
      { id: customerId, userId, template = '1', at = '09:00', isControl = false, firstName = 'Kim' },
    ] of customers.entries())
      await stage.database.query(
        `INSERT INTO recipient_staging (execution_id, reading, row_no, project_id, customer_id, optimove_template_id,
           scheduled_time, is_control, attributes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          id,
          reading,
          index,
          stage.projectId,
          customerId,
          template,
          `2026-05-04 ${at}:00`,
          isControl,
          [firstName, userId],
        ],
      );
    const execution = await new ExecutionRepository(stage.transactions).find(stage.transactions.pool, id);
    if (execution?.kind !== 'SCHEDULED') throw new Error('The execution is gone');
    const pace = { chunkSize: 100, spreadMinutes: 0 };
    await stage.transactions.run((tx) =>
      new FreezeRepository().freeze(tx, { execution, holder, timeZone: 'UTC', userIdAttribute, ...pace }),
    );
    return stage.database.query(
      'SELECT customer_id AS id, end_state AS state, reason FROM recipient WHERE execution_id = $1 ORDER BY reading, row_no',
      [id],
    );
  }

  const open = (id: string) => ({ id, state: null, reason: null });
  const repeated = (id: string) => ({
    ...{ id, state: 'DUPLICATE', reason: 'Another customer in the list has the same user ID' },
  });

  it('get the message once: the first stands, the others say why they end', async () => {
    expect(
      await frozen(await announced(), [
        { id: 'a', userId: 'P1' },
        { id: 'b', userId: 'P1' },
        { id: 'c', userId: 'p1' },
        { id: 'd', userId: null },
        { id: 'e', userId: null },
        { id: 'f', userId: '' },
        { id: 'g', userId: '' },
        { id: 'h', userId: 'P1' },
      ]),
    ).toEqual([open('a'), repeated('b'), open('c'), open('d'), open('e'), open('f'), open('g'), repeated('h')]);
  });

  it.each([null, ''])('get it as the one of whom most is known, though another comes first: %p', async (firstName) => {
    const id = await announced();
    expect(
      await frozen(id, [
        { id: 'a', userId: 'P1', firstName },
        { id: 'b', userId: 'P1' },
        { id: 'c', userId: 'P1' },
        { id: 'd', userId: 'P2', firstName },
      ]),
    ).toEqual([repeated('a'), open('b'), repeated('c'), open('d')]);
    const more = [{ id: 'e', userId: 'P2' }];
    expect(await frozen(id, more, { reading: 2 })).toContainEqual(repeated('e'));
  });

  it('get each template and each time, and are not kept from it by one who is held back', async () => {
    expect(
      await frozen(await announced(), [
        { id: 'a', userId: 'P1', isControl: true },
        { id: 'b', userId: 'P1' },
        { id: 'c', userId: 'P1', template: '2' },
        { id: 'd', userId: 'P1', at: '10:00' },
        { id: 'e', userId: 'P1', at: '10:00' },
      ]),
    ).toEqual([{ ...open('a'), state: 'CONTROL_GROUP' }, open('b'), open('c'), open('d'), repeated('e')]);
  });

  it('get it once over several readings', async () => {
    const id = await announced();
    await frozen(id, [{ id: 'a', userId: 'P1' }]);
    expect(
      await frozen(
        id,
        [
          { id: 'a', userId: 'P1' },
          { id: 'b', userId: 'P1' },
          { id: 'c', userId: 'P2' },
        ],
        { reading: 2 },
      ),
    ).toEqual([open('a'), repeated('b'), open('c')]);
  });

  describe('in a second launch', () => {
    const [a, b] = [
      { id: 'a', userId: 'P1' },
      { id: 'b', userId: 'P1' },
    ];
    /** A first launch of both, in which the one who stood for both came to this end. */
    const launchedBefore = async (end: string) => {
      const place = { connectionId: newId(), channelId: newId() };
      const id = await announced(place);
      await frozen(id, [a, b]);
      await stage.database.query(`UPDATE recipient SET end_state = $2 WHERE execution_id = $1 AND customer_id = 'a'`, [
        id,
        end,
      ]);
      await stage.database.query(`UPDATE execution SET state = 'CANCELLED' WHERE id = $1`, [id]);
      return place;
    };

    it('get the message when neither got it in the first', async () => {
      const place = await launchedBefore('CANCELLED');
      expect(await frozen(await announced(place, 2), [b, a])).toEqual([open('b'), repeated('a')]);
    });

    it('are not kept from it by one of them who is in the control group', async () => {
      const place = { connectionId: newId(), channelId: newId() };
      const held = { ...b, isControl: true };
      const id = await announced(place);
      await frozen(id, [a, held]);
      await stage.database.query(
        `UPDATE recipient SET end_state = 'CANCELLED' WHERE execution_id = $1 AND customer_id = 'a'`,
        [id],
      );
      await stage.database.query(`UPDATE execution SET state = 'CANCELLED' WHERE id = $1`, [id]);
      expect(await frozen(await announced(place, 2), [a, held])).toMatchObject([
        open('a'),
        { id: 'b', state: 'CONTROL_GROUP' },
      ]);
    });

    it('get it under no other ID when one got it in the first, whatever the time', async () => {
      const place = await launchedBefore('SENT');
      const [first, second] = await frozen(await announced(place, 2), [
        { ...b, at: '11:00' },
        { ...a, at: '11:00' },
      ]);
      expect([first, second]).toMatchObject([
        { id: 'b', state: 'DUPLICATE', reason: 'Already in an execution of this campaign within 3 days' },
        { id: 'a', state: 'DUPLICATE' },
      ]);
    });
  });

  it('are people of their own where the customer ID decides', async () => {
    const customers = [
      { id: 'a', userId: 'P1' },
      { id: 'b', userId: 'P1' },
    ];
    expect(await frozen(await announced(), customers, { userIdAttribute: null })).toEqual([open('a'), open('b')]);
  });
});
