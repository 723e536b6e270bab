import { type ReadRules, type SegmentRules, Segments } from '@modules/profiles';
import { setTimeZone } from '../../support/time-zone';
import { type Stage, setStage } from '../profiles/stage';
import { applies, savedSegments } from './evaluate';
import { Random } from './random';
import { someRules } from './random-rules';
import { definitions, now, somePeople, store, type TestPerson, zone } from './world';

const seed = Number(process.env.SEGMENT_SEED ?? 20_261_123);
const cases = 500;

describe(`the statement of a tree, against one person at a time (SEGMENT_SEED=${seed})`, () => {
  let stage: Stage;
  let segments: Segments;
  let people: TestPerson[];
  const random = new Random(seed);

  beforeAll(async () => {
    stage = await setStage();
    segments = stage.app.get(Segments, { strict: false });
    await setTimeZone(stage.ask, zone);
    for (const { name, type, target } of definitions) {
      await stage.ask(
        'mutation($input: CreateAttributeDefinitionInput!) { createAttributeDefinition(input: $input) { userErrors { message } } }',
        { input: { name, type, target } },
      );
    }
    people = somePeople(random, 120);
    await store(stage, people);
    for (let index = 0; index < 8; index += 1) await save(`Saved ${index}`);
  }, 120_000);
  afterAll(() => stage.close());

  /** A segment that may name those before it. */
  const save = async (name: string): Promise<void> => {
    const tree = someRules(random, [...savedSegments.keys()]);
    const { createSegment } = await stage.ask<{ createSegment: { segment: { id: string } } }>(
      'mutation($input: CreateSegmentInput!) { createSegment(input: $input) { segment { id } userErrors { message } } }',
      { input: { name, rules: JSON.stringify(tree) } },
    );
    savedSegments.set(createSegment.segment.id, tree);
  };
  const read = (text: string): Promise<ReadRules> =>
    stage.transactions.run((tx) => stage.profiles.readSegmentRules(tx, stage.projectId, text));

  const found = async (tree: SegmentRules, profileIds: string[] | null): Promise<string[]> => {
    const { transactions, projectId, database } = stage;
    const { rules, faults } = await segments.resolve(transactions.pool, projectId, { rules: tree });
    if (!rules) throw new Error(JSON.stringify(faults));
    const scope = profileIds ? { of: 'people' as const, profileIds } : { of: 'project' as const };
    const { joins, condition, parameters } = await segments.compile(transactions.pool, projectId, {
      rules,
      scope,
      now,
    });
    const sql = `SELECT p.user_id FROM profile p ${joins} WHERE ${condition}`;
    return (await database.query<{ user_id: string }>(sql, parameters)).map((row) => row.user_id).sort();
  };

  it(`agrees on ${cases} trees, for the whole project and for a page of people`, async () => {
    const some = people.filter((_person, index) => index % 3 === 0);
    let [matched, asked, withSegments] = [0, 0, 0];
    for (let index = 0; index < cases; index += 1) {
      const tree = someRules(random, [...savedSegments.keys()]);
      if (JSON.stringify(tree).includes('"segment"')) withSegments += 1;
      const { rules, faults } = await read(JSON.stringify(tree));
      if (!rules) throw new Error(`Tree ${index} of seed ${seed} was refused: ${JSON.stringify({ tree, faults })}`);
      for (const group of [people, some]) {
        const expected = group
          .filter((person) => applies(tree, person))
          .map(({ userId }) => userId)
          .sort();
        const actual = await found(rules, group === people ? null : group.map(({ id }) => id));
        matched += expected.length;
        asked += group.length;
        if (actual.join() !== expected.join()) {
          const wrong = people.filter(({ userId }) => actual.includes(userId) !== expected.includes(userId));
          const known = { missing: expected.filter((each) => !actual.includes(each)), first: wrong[0] };
          throw new Error(`Tree ${index} of seed ${seed}: ${JSON.stringify({ tree, ...known }, null, 1)}`);
        }
      }
    }
    expect(withSegments).toBeGreaterThan(cases / 10);
    // Trees that let nobody or everybody through would prove nothing.
    expect(matched / asked).toBeGreaterThan(0.2);
    expect(matched / asked).toBeLessThan(0.8);
  }, 300_000);
});
