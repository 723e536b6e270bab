import { newId } from '@libs/foundation';
import { ImportRepository } from '../../../src/profiles/imports/import-repository';
import { ProfileRepository } from '../../../src/profiles/persistence/profile.repository';
import { rowsRead } from '../../support/rows-read';
import { type Stage, setStage } from './stage';

const people = Array.from({ length: 10_000 }, (_, index) => `user-${index}`);

describe('the people of a project', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage?.close());

  it('are looked up one by one after a large import, though the planner knew of others only', async () => {
    const { database, transactions, projectId, send } = stage;
    await database.query(
      'INSERT INTO profile (id, project_id, user_id) SELECT gen_random_uuid(), $1, unnest($2::text[])',
      [newId(), people],
    );
    await database.query('ANALYZE profile');
    const { body } = await send('/imports/profiles', `userId\n${people.join('\n')}\n`);
    expect(body.created).toBe(people.length);
    await transactions.run(async (tx) => {
      const wanted = people.slice(5_000, 5_100);
      const read = await rowsRead(tx, 'profile', async () => {
        const found = await new ProfileRepository().idsOf(tx, projectId, [...wanted, 'nobody']);
        expect([...found.keys()].sort()).toEqual(wanted);
      });
      expect(read).toBeLessThan(1_000);
    });
  });

  it('are imported though they cannot be made known to the planner', async () => {
    const refused = jest
      .spyOn(ImportRepository.prototype, 'makeKnownToPlanner')
      .mockRejectedValue(new Error('Too busy'));
    const { status, body } = await stage.send('/imports/profiles', 'userId\none-more\n');
    expect(refused).toHaveBeenCalledTimes(1);
    refused.mockRestore();
    expect([status, body.created]).toEqual([200, 1]);
  });
});
