import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { AttributeRepository } from '../../../src/suppression/persistence/attribute.repository';
import { LoadFile } from '../../../src/suppression/sync/load-file';
import { eventually } from '../../support/eventually';
import { type Stage, setStage } from './stage';

const people = 60_000;
/** Two batches, and what lies in the streams between. */
const mostAhead = 25_000;

describe('values of more people than there is memory for', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage?.close());

  it('are read no further ahead than two batches, however slow the database is', async () => {
    const { projectId } = stage.actor;
    const { id } = await stage.choose(await stage.connect(), 'gamStop');
    const attribute = await stage.app.get(AttributeRepository).find(stage.transactions.pool, projectId, id);
    if (!attribute) throw new Error('The attribute is not there');
    let read = 0;
    const file = Readable.from(
      (function* () {
        yield 'userId,value\n';
        for (; read < people; read += 100) {
          yield Array.from({ length: 100 }, (_each, index) => `p${read + index},true\n`).join('');
        }
      })(),
    );
    const { loading, ahead } = await stage.transactions.run(async (tx) => {
      await tx.query('LOCK TABLE remembered_value IN ACCESS EXCLUSIVE MODE');
      const load = { attribute, dataDate: '2026-05-01', isComplete: false, reason: 'Load', file };
      const loading = stage.app.get(LoadFile).run(stage.actor, load);
      await eventually('the first batch waits for the database', async () => {
        const locks = `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'remembered_value'::regclass`;
        return (await stage.database.query(locks)).length > 0;
      });
      for (let [still, seen] = [0, 0]; still < 500; still = seen === read ? still + 1 : 0) {
        seen = read;
        await turn();
      }
      return { loading, ahead: read };
    });
    await loading;
    expect(ahead).toBeLessThan(mostAhead);
    expect(await stage.database.query('SELECT count(*)::int AS known FROM remembered_value')).toEqual([
      { known: people },
    ]);
  }, 60_000);
});
