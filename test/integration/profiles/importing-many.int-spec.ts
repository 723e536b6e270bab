import { Readable } from 'node:stream';
import { eventually } from '../../support/eventually';
import { type Stage, setStage, storedPerson } from './stage';

describe('importing files of many people', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage.close());

  it('imports files with the same people at once, in whatever order they are', async () => {
    const ids = Array.from({ length: 2000 }, (_, index) => `both${index}`);
    const file = (column: string, order: string[]): string =>
      `userId,${column}\n${order.map((id) => `${id},1`).join('\n')}`;
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((column, index) =>
        stage.send('/imports/profiles', file(column, index % 2 ? [...ids].reverse() : ids)),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.reduce((sum, { body }) => sum + body.created, 0)).toBe(2000);
    expect(await storedPerson(stage, 'both17')).toMatchObject({ attributes: { a: '1', b: '1', c: '1', d: '1' } });
  }, 30_000);

  it('stores a whole file of new people although somebody else makes one of them in the same instant', async () => {
    await stage.database.query('BEGIN');
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, email) VALUES (gen_random_uuid(), $1, 'race7', 'first@example.com')`,
      [stage.projectId],
    );
    const rows = Array.from({ length: 500 }, (_, index) => `race${index},SUBSCRIBED,gold`);
    const importing = stage.send('/imports/profiles', `userId,smsSubscription,tier\n${rows.join('\n')}`);
    await eventually('the import waits for the other', async () => {
      const waiting = await stage.database.query(
        `SELECT 1 FROM pg_locks w JOIN pg_locks h ON h.pid = w.pid JOIN pg_database d ON d.oid = h.database
         WHERE NOT w.granted AND d.datname = current_database()`,
      );
      return waiting.length > 0;
    });
    await stage.database.query('COMMIT');
    expect((await importing).body).toMatchObject({ received: 500, created: 499, updated: 1, rejected: 0 });
    expect(await storedPerson(stage, 'race7')).toMatchObject({
      email: 'first@example.com',
      sms_subscription: 'SUBSCRIBED',
      attributes: { tier: 'gold' },
    });
    const logged = await stage.database.query(
      `SELECT count(*)::int AS answers, count(DISTINCT profile_id)::int AS people, min(source) AS source
       FROM subscription_change c JOIN profile p ON p.id = c.profile_id WHERE p.user_id LIKE 'race%'`,
    );
    expect(logged).toEqual([{ answers: 500, people: 500, source: 'IMPORT' }]);
  }, 30_000);

  it('keeps every character of a large file of new people', async () => {
    const texts = ['back\\slash', 'tab\there', '\\N', '{"a":1}', 'two\nlines', 'ü😀'];
    const quoted = texts.map((text) => `"${text.replaceAll('"', '""')}"`);
    const rows = Array.from({ length: 600 }, (_, index) => {
      const cell = quoted[index % quoted.length];
      return `odd${index},${cell},${cell}`;
    });
    const { body } = await stage.send('/imports/profiles', `userId,language,note\n${rows.join('\n')}`);
    expect(body).toMatchObject({ created: 600 });
    const kept = await Promise.all(texts.map((_, index) => storedPerson(stage, `odd${index}`)));
    expect(kept.map((person) => [person?.language, person?.attributes])).toEqual(
      texts.map((text) => [text, { note: text }]),
    );
  });

  it('streams 50,000 people and importing them again changes nothing', async () => {
    const file = (): Readable =>
      Readable.from(
        (function* () {
          yield 'userId,email,emailSubscription,tier\n';
          for (let index = 0; index < 50_000; index += 1)
            yield `m${index},m${index}@example.com,SUBSCRIBED,${index % 3}\n`;
        })(),
      );
    const first = await stage.send('/imports/profiles', file());
    expect(first.body).toMatchObject({ received: 50_000, created: 50_000, rejected: 0 });
    const again = await stage.send('/imports/profiles', file());
    expect(again.body).toMatchObject({ received: 50_000, created: 0, updated: 50_000, rejected: 0 });
    const [count] = await stage.database.query(
      `SELECT count(*)::int FROM profile WHERE user_id LIKE 'm%@' OR email LIKE 'm%'`,
    );
    expect(count).toEqual({ count: 50_000 });
  }, 60_000);
});
