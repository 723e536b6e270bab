import { newId } from '@libs/foundation';
import { ConnectionsService } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { LearnFromLists } from '@modules/suppression';
import type { QueryRunner } from 'typeorm';
import { CustomerIdsWithBlanks1795420000556 } from '../../../migrations/1795420000556-customer-ids-with-blanks';
import { type Account, type Stage, setStage } from './stage';
import { days, syncSteps } from './sync-steps';

describe('values of customers', () => {
  let stage: Stage;
  const { choose, passDay, runNow, syncs, attributeOf, addRule, decide, load } = syncSteps(() => stage);

  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  describe('that are found by an attribute, several of one person', () => {
    /** A connection that finds people by PlayerNumber, and who the customers are. */
    async function connectByPlayer(players: Record<string, string>): Promise<Account> {
      const account = await stage.connect({}, { userIdAttribute: 'PlayerNumber' });
      await rename(account, players);
      return account;
    }
    const rename = (account: Account, players: Record<string, string | null>) =>
      account.control('PUT', '/attributes/PlayerNumber', { values: players });

    it.each([
      ['first', ['true', 'false']],
      ['last', ['false', 'true']],
    ])('of two with one user ID, named on one day, the one that excludes counts, told %s', async (order, told) => {
      const userId = `both-${order}`;
      const account = await connectByPlayer({ [`${order}-1`]: userId, [`${order}-2`]: userId });
      const { id, name } = await choose(account);
      await addRule(id);
      const [person = ''] = await stage.addProfiles([userId]);
      await passDay(account, days[0], name, { [`${order}-1`]: told[0] ?? '', [`${order}-2`]: told[1] ?? '' });
      await runNow(account);
      expect(await decide(account, person)).toBe('SUPPRESSED');
      const { suppressionProof } = await stage.graphql<{ suppressionProof: { value: string; valueDate: string }[] }>(
        'query ($userId: String!, $at: DateTime!) { suppressionProof(userId: $userId, at: $at) { value valueDate } }',
        { userId, at: new Date(Date.now() + 60_000) },
      );
      expect(suppressionProof).toEqual([{ value: 'true', valueDate: days[0] }]);
    });

    it('one never clears what another one of the same user ID is excluded by, on whatever day and by whatever list', async () => {
      const account = await connectByPlayer({ 'twin-1': 'twins', 'twin-2': 'twins' });
      const { id, name } = await choose(account);
      await addRule(id);
      const [person = ''] = await stage.addProfiles(['twins']);
      await passDay(account, days[0], name, { 'twin-1': 'true' });
      await runNow(account);
      await passDay(account, days[1], name, { 'twin-2': 'false' });
      await runNow(account);
      expect(await decide(account, person)).toBe('SUPPRESSED');
      const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
      const rows = [{ customerId: 'twin-2', attributes: ['twins', 'false'] }];
      const page = { connection, dataDate: days[1], askedAt: new Date(), attributes: ['PlayerNumber', name], rows };
      await stage.transactions.run((tx) => stage.app.get(LearnFromLists).learn(tx, page));
      expect(await decide(account, person)).toBe('SUPPRESSED');
      await passDay(account, days[2], name, { 'twin-1': 'false' });
      await runNow(account);
      expect(await decide(account, person)).toBe('ALLOWED');
      await passDay(account, days[3], name, { 'twin-1': 'true' });
      await runNow(account);
      expect(await decide(account, person)).toBe('SUPPRESSED');
      await load(id, days[3], 'userId,value\ntwins,false\n');
      expect(await decide(account, person)).toBe('ALLOWED');
    });

    it('a file with a line for each of them clears nobody: what excludes one of them excludes the person', async () => {
      const account = await connectByPlayer({ 'line-1': 'lines', 'line-2': 'lines' });
      const { id, name } = await choose(account);
      await addRule(id);
      const [person = ''] = await stage.addProfiles(['lines']);
      await passDay(account, days[0], name, { 'line-1': 'true', 'line-2': 'false' });
      await runNow(account);
      for (const lines of ['lines,true\nlines,false\n', 'lines,false\n lines ,true\n']) {
        await load(id, days[0], `userId,value\n${lines}`);
        expect((await syncs(id))[0]).toMatchObject({ state: 'PARTLY_FAILED', received: 2, rejected: 1 });
        expect(await decide(account, person)).toBe('SUPPRESSED');
      }
    });

    it.each([
      ['first', [null, 'false']],
      ['last', ['false', null]],
    ])('without a value count for the person where no value excludes, named %s in a list', async (order, told) => {
      const account = await connectByPlayer({});
      const { id, name } = await choose(account);
      const { rule } = await stage.mutate<{ rule: { id: string; version: number } }>(
        'createExclusionRule',
        'CreateExclusionRuleInput',
        'rule { id version }',
        { suppressionAttributeId: id, excludingValues: ['true'], whenUnknown: 'EXCLUDE', maximumAgeHours: 8760 },
      );
      expect(rule.id).toBeTruthy();
      const [person = ''] = await stage.addProfiles([`blank-${order}`]);
      await passDay(account, days[0], name, {});
      await runNow(account);
      const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
      const rows = told.map((value, index) => ({
        customerId: `blank-${order}-${index}`,
        attributes: [`blank-${order}`, value],
      }));
      const page = { connection, dataDate: days[0], askedAt: new Date(), attributes: ['PlayerNumber', name], rows };
      await stage.transactions.run((tx) => stage.app.get(LearnFromLists).learn(tx, page));
      expect(await decide(account, person)).toBe('SUPPRESSED');
    });

    it('without a value are relied on again after a missed day, once a list names them without one', async () => {
      const account = await connectByPlayer({ 'calm-1': 'calm' });
      const { id, name } = await choose(account);
      await addRule(id);
      const [person = ''] = await stage.addProfiles(['calm']);
      await passDay(account, days[0], name, { 'calm-1': null });
      await runNow(account);
      await passDay(account, days[2], name, {});
      await runNow(account);
      expect(await decide(account, person)).toBe('SUPPRESSION_STALE');
      const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
      const rows = [{ customerId: 'calm-1', attributes: ['calm', null] }];
      const page = { connection, dataDate: days[2], askedAt: new Date(), attributes: ['PlayerNumber', name], rows };
      await stage.transactions.run((tx) => stage.app.get(LearnFromLists).learn(tx, page));
      expect(await decide(account, person)).toBe('ALLOWED');
    });

    it('and are in no complete file any more have no value, each of them', async () => {
      const account = await connectByPlayer({ 'gone-1': 'gone-both', 'gone-2': 'gone-both' });
      const { id, name } = await choose(account);
      await addRule(id);
      const [person = ''] = await stage.addProfiles(['gone-both']);
      await passDay(account, days[0], name, { 'gone-1': 'true', 'gone-2': null });
      await runNow(account);
      expect(await decide(account, person)).toBe('SUPPRESSED');
      await load(id, days[0], 'userId,value\nsomebody,false\n');
      expect(await decide(account, person)).toBe('ALLOWED');
    });

    it.each([
      ['', 'filed-both'],
      [', which has blanks around it', '\u00a0padded-both '],
    ])('have what a file says of their user ID%s, each of them that was matched', async (_, userId) => {
      const bare = userId.trim();
      const [first, second] = [`${bare}-1`, `${bare}-2`];
      const account = await connectByPlayer({ [first]: userId, [second]: userId });
      const { id, name } = await choose(account);
      await addRule(id);
      const [person = ''] = await stage.addProfiles([userId]);
      const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
      const customers = [first, second].map((customerId, seq) => ({
        ...{ seq, customerId, userIdValue: userId, mobileNumberValue: null },
      }));
      const matching = stage.app.get(MatchingService);
      await stage.transactions.run((tx) => matching.match(tx, { connection, executionId: newId(), customers }));
      await passDay(account, days[0], name, {});
      await runNow(account);
      await load(id, days[0], `userId,value\n${bare},true\n`);
      await passDay(account, days[1], name, { [first]: 'false' });
      await runNow(account);
      expect(await decide(account, person)).toBe('SUPPRESSED');
      await passDay(account, days[2], name, { [second]: 'false' });
      await runNow(account);
      expect(await decide(account, person)).toBe('ALLOWED');
    });

    it('are relied on no more when their change comes without a user ID, until one comes with it', async () => {
      const account = await connectByPlayer({ 'lost-1': 'lost', 'lost-2': 'not-lost' });
      const { id, name } = await choose(account);
      await addRule(id);
      const [lost = '', other = '', matched = ''] = await stage.addProfiles(['lost', 'not-lost', 'matched-only']);
      await passDay(account, days[0], name, { 'lost-1': 'false', 'lost-2': 'false' });
      await runNow(account);
      await load(id, days[0], 'userId,value\nlost,false\nnot-lost,false\nmatched-only,false\n');
      const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
      const customers = [{ seq: 1, customerId: 'lost-3', userIdValue: 'matched-only', mobileNumberValue: null }];
      const matching = stage.app.get(MatchingService);
      await stage.transactions.run((tx) => matching.match(tx, { connection, executionId: newId(), customers }));
      await rename(account, { 'lost-1': null });
      await passDay(account, days[1], name, { 'lost-1': 'true', 'lost-3': 'true' });
      await runNow(account);
      const decided = async () => [
        await decide(account, lost),
        await decide(account, matched),
        await decide(account, other),
      ];
      expect(await decided()).toEqual(['SUPPRESSION_STALE', 'SUPPRESSION_STALE', 'ALLOWED']);
      await load(id, days[0], 'userId,value\nlost,false\nnot-lost,false\nmatched-only,false\n');
      expect(await decided()).toEqual(['SUPPRESSION_STALE', 'SUPPRESSION_STALE', 'ALLOWED']);
      await rename(account, { 'lost-1': 'lost', 'lost-3': 'matched-only' });
      await passDay(account, days[2], name, { 'lost-1': 'false', 'lost-3': 'true' });
      await runNow(account);
      expect(await decided()).toEqual(['ALLOWED', 'SUPPRESSED', 'ALLOWED']);
    });

    describe('that have another user ID than before', () => {
      /** Everybody is known, and the customer was found under the first user ID. */
      async function renumber(customerId: string) {
        const userIds = [`${customerId}-was`, `${customerId}-is`] as const;
        const account = await connectByPlayer({ [customerId]: userIds[0] });
        const { id, name } = await choose(account);
        await addRule(id);
        const [was = '', is = ''] = await stage.addProfiles([...userIds]);
        const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
        const match = (userIdValue: string) => {
          const customers = [{ seq: 1, customerId, userIdValue, mobileNumberValue: null }];
          const matching = stage.app.get(MatchingService);
          return stage.transactions.run(async (tx) => {
            await tx.query(`SET LOCAL lock_timeout = '10s'`);
            return matching.match(tx, { connection, executionId: newId(), customers });
          });
        };
        const tell = async (date: string, value: string) => {
          await passDay(account, date, name, { [customerId]: value });
          await runNow(account);
        };
        const loadAll = (value: string) =>
          load(id, days[0], `userId,value\n${userIds[0]},${value}\n${userIds[1]},false\n`);
        const decided = async () => [await decide(account, was), await decide(account, is)];
        return { account, userIds, match, tell, loadAll, decided };
      }

      it('stay excluded under the new one, though nothing more was said of them, until it is', async () => {
        const { account, userIds, match, tell, loadAll, decided } = await renumber('moved');
        await tell(days[0], 'true');
        await loadAll('true');
        await match(userIds[0]);
        expect(await decided()).toEqual(['SUPPRESSED', 'ALLOWED']);
        await match(userIds[1]);
        expect(await decided()).toEqual(['SUPPRESSED', 'SUPPRESSED']);
        await rename(account, { moved: userIds[1] });
        await tell(days[1], 'false');
        expect(await decided()).toEqual(['SUPPRESSED', 'ALLOWED']);
      });

      it.each([
        ['nothing', 'DELETE FROM customer_value'],
        ['something', `UPDATE customer_value SET value = 'false', data_date = data_date - 1`],
      ])('are carried over by the upgrade, %s said under the new one', async (told, before) => {
        const { userIds, match, tell, loadAll, decided } = await renumber(`upgraded-${told}`);
        await tell(days[0], 'true');
        await loadAll('true');
        for (const userId of userIds) await match(userId);
        await stage.database.query(`${before} WHERE user_id = $1`, [userIds[1]]);
        await match(userIds[1]);
        expect(await decided()).toEqual(['SUPPRESSED', 'ALLOWED']);
        const runner = { query: (sql: string) => stage.database.query(sql) } as unknown as QueryRunner;
        const migration = new CustomerIdsWithBlanks1795420000556();
        await migration.down(runner);
        await migration.up(runner);
        expect(await decided()).toEqual(['SUPPRESSED', 'SUPPRESSED']);
      });

      it('stay excluded under each where a doubt was added later, with nothing said under the other', async () => {
        const { account, userIds, match, tell, decided } = await renumber('doubted');
        await stage.addProfiles(['doubted-since']);
        await rename(account, { doubted: userIds[1] });
        await tell(days[0], 'true');
        await match(userIds[0]);
        await stage.database.query('DELETE FROM customer_value WHERE user_id = $1', [userIds[0]]);
        await rename(account, { doubted: null });
        await tell(days[1], 'false');
        expect(await decided()).toEqual(['SUPPRESSION_STALE', 'SUPPRESSED']);
        await match(userIds[1]);
        expect(await decided()).toEqual(['SUPPRESSION_STALE', 'SUPPRESSED']);
        await match('doubted-since');
        const [since] = await stage.database.query<{ value: unknown; is_doubtful: boolean }>(
          'SELECT value, is_doubtful FROM customer_value WHERE user_id = $1',
          ['doubted-since'],
        );
        expect(since).toEqual({ value: true, is_doubtful: true });
      });

      it('wait for nobody when they are matched by the one that is known: a sync may hold what is said of them', async () => {
        const { userIds, match, tell, decided } = await renumber('first');
        await tell(days[0], 'true');
        await stage.transactions.run(async (tx) => {
          await tx.query('SELECT FROM customer_value WHERE customer_id = $1 FOR UPDATE', ['first']);
          expect(await match(userIds[0])).toMatchObject([{ profileId: expect.any(String) }]);
        });
        expect((await decided())[0]).toBe('SUPPRESSED');
      });

      it.each([
        ['of whom something was said', true],
        ['who were matched only', false],
      ])('and exclude themselves then are excluded under the old one too: those %s', async (_, isTold) => {
        const { account, userIds, match, tell, loadAll, decided } = await renumber(isTold ? 'told' : 'matched');
        await tell(days[0], 'false');
        if (!isTold) await stage.database.query('DELETE FROM customer_value WHERE customer_id = $1', ['matched']);
        await loadAll('false');
        if (!isTold) await match(userIds[0]);
        expect(await decided()).toEqual(['ALLOWED', 'ALLOWED']);
        await rename(account, { [isTold ? 'told' : 'matched']: userIds[1] });
        await tell(days[1], 'true');
        expect(await decided()).toEqual(['SUPPRESSED', 'SUPPRESSED']);
      });
    });

    it('and are not found make nobody doubtful of whom something is known, but count as not loaded', async () => {
      const account = await connectByPlayer({ 'known-1': 'known-player' });
      const { id, name } = await choose(account);
      await addRule(id);
      const [known = '', unheard = ''] = await stage.addProfiles(['known-player', 'unheard-player']);
      await passDay(account, days[0], name, { 'known-1': 'false' });
      await runNow(account);
      await load(id, days[0], 'userId,value\nknown-player,false\n');
      expect(await decide(account, unheard)).toBe('ALLOWED');
      await passDay(account, days[1], name, { 'never-matched': 'true' });
      await runNow(account);
      await load(id, days[0], 'userId,value\nknown-player,false\n');
      expect([await decide(account, known), await decide(account, unheard)]).toEqual(['ALLOWED', 'SUPPRESSION_STALE']);
      await load(id, days[1], 'userId,value\nknown-player,false\n');
      expect(await decide(account, unheard)).toBe('ALLOWED');
    });
  });

  describe('whose IDs are user IDs and differ in the blanks around them', () => {
    it('have a value each: none clears what excludes another, and what excludes one excludes the person', async () => {
      const account = await stage.connect();
      const { id, name } = await choose(account);
      await addRule(id);
      const people = await stage.addProfiles(['near', 'near ', '\u00a0near']);
      const decided = async () => [...new Set(await Promise.all(people.map((person) => decide(account, person))))];
      const day = async (date: string, values: Record<string, string>) => {
        await passDay(account, date, name, values);
        await runNow(account);
      };
      await day(days[0], { near: 'true' });
      await day(days[1], { 'near ': 'false' });
      expect(await decided()).toEqual(['SUPPRESSED']);
      const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
      const rows = [{ customerId: 'near', writtenId: '\u00a0near', attributes: ['false'] }];
      const page = { connection, dataDate: days[1], askedAt: new Date(), attributes: [name], rows };
      await stage.transactions.run((tx) => stage.app.get(LearnFromLists).learn(tx, page));
      expect(await decided()).toEqual(['SUPPRESSED']);
      await day(days[2], { near: 'false' });
      expect(await decided()).toEqual(['ALLOWED']);
      await day(days[3], { 'near ': 'true' });
      expect(await decided()).toEqual(['SUPPRESSED']);
      const file = `/imports/suppression-values/${id}?dataDate=${days[3]}&reason=Load`;
      const some = await stage.rest(file, { method: 'POST', body: 'userId,value\nnear,false\n' });
      expect([some.status, await decided()]).toEqual([200, ['SUPPRESSED']]);
      await load(id, days[3], 'userId,value\nnear,false\n');
      expect(await decided()).toEqual(['ALLOWED']);
    });

    it('make the person known, whichever of them was heard of', async () => {
      const account = await stage.connect();
      const { id, name } = await choose(account);
      const { rule } = await stage.mutate<{ rule: { id: string } }>(
        'createExclusionRule',
        'CreateExclusionRuleInput',
        'rule { id }',
        { suppressionAttributeId: id, excludingValues: ['true'], whenUnknown: 'EXCLUDE', maximumAgeHours: 8760 },
      );
      expect(rule.id).toBeTruthy();
      const [heard = '', unheard = ''] = await stage.addProfiles(['lone', 'lonely']);
      await passDay(account, days[0], name, { 'lone ': 'false' });
      await runNow(account);
      expect([await decide(account, heard), await decide(account, unheard)]).toEqual(['ALLOWED', 'SUPPRESSED']);
      await passDay(account, days[1], name, { 'lone ': 'not to be read' });
      await runNow(account);
      expect(await decide(account, heard)).toBe('SUPPRESSION_STALE');
    });
  });

  it('a change that does not say whose it is makes older values stale until a complete file of that day', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [early = '', told = '', broken = ''] = await stage.addProfiles(['whose-early', 'whose-told', 'whose-broken']);
    await passDay(account, days[0], name, { 'whose-early': 'false', 'whose-broken': 'false' });
    await runNow(account);
    await passDay(account, days[1], name, { 'whose-broken': 'x'.repeat(10_001) });
    await runNow(account);
    expect([await decide(account, early), await decide(account, broken)]).toEqual(['ALLOWED', 'SUPPRESSION_STALE']);
    await passDay(account, days[2], name, { ' ': 'true', 'whose-told': 'false' });
    await runNow(account);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', gapBefore: days[2] });
    expect((await syncs(id))[0]?.detail).toContain('1 changes do not say whose they are');
    expect([await decide(account, early), await decide(account, told)]).toEqual(['SUPPRESSION_STALE', 'ALLOWED']);
    const csv = 'userId,value\nwhose-early,false\nwhose-told,false\n';
    await load(id, days[1], csv);
    expect(await decide(account, early)).toBe('SUPPRESSION_STALE');
    await load(id, days[2], csv);
    expect(await decide(account, early)).toBe('ALLOWED');
  });
});
