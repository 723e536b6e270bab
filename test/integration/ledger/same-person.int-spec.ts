import { newId } from '@libs/foundation';
import { type Lists, listsOf } from './lists';
import { type LedgerStage, setStage } from './stage';

describe('customers of one list who are one person by their User ID attribute', () => {
  let stage: LedgerStage;
  let { announced, frozen } = {} as Lists;
  beforeAll(async () => {
    stage = await setStage();
    ({ announced, frozen } = listsOf(stage));
  });
  afterAll(() => stage?.close());

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
        { id: 'h', userId: ' P1\t' },
        { id: 'i', userId: ' ' },
        { id: 'j', userId: '\v\u00a0P1\ufeff' },
      ]),
    ).toEqual([
      ...[open('a'), repeated('b'), open('c'), open('d'), open('e'), open('f'), open('g'), repeated('h'), open('i')],
      repeated('j'),
    ]);
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
        { ...b, at: '11:00', userId: 'P1 ' },
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
