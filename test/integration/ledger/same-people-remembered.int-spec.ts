import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { MatchSamePeople } from '../../../src/campaigns/execution/match-same-people';
import { SamePeopleRepository } from '../../../src/campaigns/persistence/ledger/same-people.repository';
import { stageCampaign } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';
import { type Lists, listsOf } from './lists';

/** The process that froze a list may be gone at any moment: nothing but rows says who is still to be remembered. */
describe('customers whom another one of their list stood in for', () => {
  let stage: ContentStage;
  let lists: Lists;
  let connectionId: string;
  beforeAll(async () => {
    stage = await setStage();
    lists = listsOf({ ...stage, transactions: stage.app.get(Transactions) });
    ({ connectionId } = await stageCampaign(stage, {}));
    await stage.database.query(`UPDATE connection SET user_id_attribute = 'LOYALTY_ID'`);
    for (const userId of ['P1', 'P2']) {
      await stage.database.query('INSERT INTO profile (id, project_id, user_id) VALUES ($1, $2, $3)', [
        newId(),
        stage.projectId,
        userId,
      ]);
    }
  });
  afterAll(() => stage?.close());

  const run = () => stage.app.get(MatchSamePeople).run();
  const remembered = () =>
    stage.database.query<{ id: string; person: string }>(
      `SELECT m.customer_id AS id, p.user_id AS person FROM matched_customer m JOIN profile p ON p.id = m.profile_id ORDER BY 1`,
    );
  const left = () => stage.database.query('SELECT id FROM execution WHERE same_people_after IS NOT NULL');

  it('are remembered of every reading, once nobody is left', async () => {
    const id = await lists.announced({ connectionId, channelId: newId() });
    await lists.frozen(id, [
      { id: 'a', userId: 'P1' },
      { id: 'b', userId: 'P1' },
    ]);
    await lists.frozen(
      id,
      [
        { id: 'a', userId: 'P1' },
        { id: 'b', userId: 'P1' },
        { id: 'c', userId: 'P2' },
        { id: 'd', userId: 'P2' },
      ],
      { reading: 2 },
    );
    expect(await remembered()).toEqual([]);
    await run();
    expect(await remembered()).toEqual([
      { id: 'b', person: 'P1' },
      { id: 'd', person: 'P2' },
    ]);
    expect(await left()).toEqual([]);
  });

  it('are looked for again when a reading brought more while the last were being remembered', async () => {
    const samePeople = stage.app.get(SamePeopleRepository);
    const { pool } = stage.app.get(Transactions);
    const id = await lists.announced({ connectionId, channelId: newId() });
    const pair = [
      { id: 'g', userId: 'P1' },
      { id: 'h', userId: 'P1' },
    ];
    await lists.frozen(id, pair);
    const seen = await samePeople.progress(pool, id);
    if (!seen) throw new Error('Nobody is to be remembered');
    await lists.frozen(id, [...pair, { id: 'i', userId: 'P2' }, { id: 'j', userId: 'P2' }], { reading: 2 });
    await samePeople.remembered(pool, id, seen, null);
    expect(await left()).toEqual([{ id }]);
    await run();
    expect(await left()).toEqual([]);
    expect((await remembered()).map(({ id: customer }) => customer)).toEqual(['b', 'd', 'h', 'j']);
  });

  it('are given up with their connection, which keeps no other execution waiting', async () => {
    const lost = await lists.announced({ connectionId: newId(), channelId: newId() });
    await lists.frozen(lost, [
      { id: 'e', userId: 'P1' },
      { id: 'f', userId: 'P1' },
    ]);
    expect(await left()).toEqual([{ id: lost }]);
    await run();
    expect(await left()).toEqual([]);
    expect((await remembered()).map(({ id }) => id)).toEqual(['b', 'd', 'h', 'j']);
  });
});
