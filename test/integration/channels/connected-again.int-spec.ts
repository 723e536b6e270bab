import { newId } from '@libs/foundation';
import { Leases, resealColumn, SecretBox, Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { ConnectionsClock } from '../../../src/connections/jobs/connections.clock';
import { ForgetTokenHandler } from '../../../src/connections/jobs/forget-token.handler';
import { ConnectionRepository } from '../../../src/connections/persistence/connection.repository';
import { sealedByConnections } from '../../../src/connections/sealed-columns';
import { firstKey, type Stage, setStage } from './stage';

const secondKey = `k2:${Buffer.alloc(32, 8).toString('base64')}`;
const apiToken = 'token-of-the-shop';

describe('an account that is connected again', () => {
  let stage: Stage;
  let first: string;
  beforeEach(async () => {
    stage = await setStage();
    first = stage.connectionId;
  }, 60_000);
  afterEach(() => stage?.close());

  const elsewhere = (): string => stage.optimove.endpoint.replace('/current/', '/elsewhere/');
  const byName = (host: string): string => stage.optimove.endpoint.replace('127.0.0.1', host);
  const connect = async (token = apiToken, endpoint = stage.optimove.endpoint): Promise<string> => {
    const input = { name: newId(), endpoint, apiToken: token };
    return (await stage.change<{ connection: { id: string } }>('createConnection', input, 'connection { id }'))
      .connection.id;
  };
  const replaceToken = (id: string, version: number, token: string): Promise<unknown> =>
    stage.change('updateConnection', { id, version, apiToken: token }, 'connection { id }');
  const move = (id: string, version: number, endpoint: string): Promise<unknown> =>
    stage.change('updateConnection', { id, version, endpoint, apiToken }, 'connection { id }');
  /** Deletes a connection and erases its token, as the worker would a day later. */
  const remove = async (id: string): Promise<void> => {
    await stage.change('deleteConnection', { id, acceptConsequences: true }, 'deletedId');
    await stage.app.get(ForgetTokenHandler).handle({ connectionId: id });
  };
  const standsFor = async (id: string): Promise<string[]> => {
    const found = await stage.app.get(ConnectionsService).withPredecessors(stage.app.get(Transactions).pool, id);
    return found.filter((each) => each !== id);
  };
  /** As `rotate-keys` does it, from the first key to the second. */
  const rotate = async (): Promise<void> => {
    await stage.restart(`${secondKey},${firstKey}`);
    const secrets = stage.app.get(SecretBox);
    for (const column of sealedByConnections) await resealColumn(stage.app.get(Transactions), secrets, column);
  };

  it('is known by address and token, however often it is connected, and no other account is', async () => {
    await remove(first);
    const second = await connect();
    expect(await standsFor(second)).toEqual([first]);
    await remove(second);
    expect(await standsFor(await connect())).toEqual([first, second]);
    expect(await standsFor(await connect('token-of-another'))).toEqual([]);
  });

  it('stays known when its token is replaced afterwards, and by that token as well', async () => {
    await remove(first);
    const second = await connect();
    await replaceToken(second, 1, 'token-of-later');
    expect(await standsFor(second)).toEqual([first]);
    await remove(second);
    expect(await standsFor(await connect('token-of-later'))).toEqual([first, second]);
  });

  it('is another one once the address of its connection changes, and the one that is known there', async () => {
    await remove(first);
    const second = await connect();
    await move(second, 1, elsewhere());
    expect(await standsFor(second)).toEqual([]);
    const third = await connect();
    expect(await standsFor(third)).toEqual([first]);
    await remove(second);
    await move(third, 1, elsewhere());
    expect(await standsFor(third)).toEqual([second]);
  });

  describe('that calls us already', () => {
    beforeEach(async () => {
      await stage.change('addChannel', { connectionId: first, kind: 'MOBILE_PUSH' }, 'channel { id }');
    });
    const callbackOf = (id: string): Promise<string> =>
      stage.app.get(ConnectionsService).callbackUrl({ id }, 'event-13');

    it('is known by the address that it calls, though the token is another one', async () => {
      const second = await connect('token-of-another-nickname');
      await remove(first);
      expect(await standsFor(second)).toEqual([first]);
    });

    it('is not known so where Optimove does not tell, nor by an address that is not quite ours', async () => {
      stage.optimove.faults.set('GetRegisteredEventListeners', { status: 403, body: '' });
      const second = await connect('token-of-second');
      stage.optimove.faults.clear();
      stage.optimove.listeners.clear();
      stage.optimove.listeners.set('13/506', (await callbackOf(first)).replace(/[^/]+\/event-13$/, 'guessed/event-13'));
      const third = await connect('token-of-third');
      await remove(first);
      expect([await standsFor(second), await standsFor(third)]).toEqual([[], []]);
    });

    it('is not taken for another one because Optimove is out of order for a moment', async () => {
      const input = { name: 'Second', endpoint: stage.optimove.endpoint, apiToken: 'token-of-second' };
      for (const status of [429, 500]) {
        stage.optimove.faults.set('GetRegisteredEventListeners', { status, body: '' });
        expect(await stage.change('createConnection', input, 'connection { id }')).toMatchObject({
          connection: null,
          userErrors: [{ code: 'ENDPOINT_UNREACHABLE', message: expect.stringMatching(/; try again$/) }],
        });
      }
      await replaceToken(first, 1, 'token-of-later');
      stage.optimove.faults.clear();
      const second = await connect('token-of-second');
      await remove(first);
      expect(await standsFor(second)).toEqual([first]);
    });

    it('stays the same one when its connection is moved to another address of it, and calls where it did', async () => {
      const before = await callbackOf(first);
      await move(first, 1, elsewhere());
      expect(await callbackOf(first)).toBe(before);
      stage.optimove.listeners.clear();
      await move(first, 2, stage.optimove.endpoint);
      expect(await callbackOf(first)).not.toBe(before);
    });
  });

  it('keeps no token a day after it was deleted, also where the job that was to erase it is lost, and is known again', async () => {
    const [recent, used] = [await connect('token-of-recent'), await connect('token-of-used')];
    for (const id of [first, recent])
      await stage.change('deleteConnection', { id, acceptConsequences: true }, 'deletedId');
    await stage.database.query(`UPDATE connection SET deleted_at = now() - interval '24 hours' WHERE id = $1`, [first]);
    const [leases, transactions] = [stage.app.get(Leases), stage.app.get(Transactions)];
    await new ConnectionsClock(leases, transactions, stage.app.get(ConnectionRepository)).tokens();
    const kept = await stage.database.query<{ id: string }>(
      'SELECT id FROM connection WHERE api_token IS NOT NULL ORDER BY id',
    );
    expect(kept.map(({ id }) => id)).toEqual([recent, used]);
    expect(await standsFor(await connect())).toEqual([first]);
  });

  it('is the same one however the host in its address is spelled', async () => {
    const second = await connect(apiToken, byName('localhost'));
    await remove(second);
    const third = await connect(apiToken, byName('LocalHost'));
    expect(await standsFor(third)).toEqual([second]);
    await replaceToken(third, 1, 'token-of-later');
    await stage.change(
      'updateConnection',
      { id: third, version: 2, endpoint: byName('LOCALHOST'), apiToken: 'token-of-last' },
      'connection { id }',
    );
    expect(await standsFor(third)).toEqual([second]);
  });

  it('is one account when two connections to it are made at the same time', async () => {
    const token = 'token-of-both';
    const [one = '', other = ''] = await Promise.all([connect(token), connect(token)]);
    await remove(one);
    expect(await standsFor(other)).toEqual([one]);
  });

  it('is known when the old connection is deleted after the new one was made', async () => {
    const second = await connect();
    expect(await standsFor(second)).toEqual([]);
    await remove(first);
    expect(await standsFor(second)).toEqual([first]);
  });

  it('is known long after the key changed under which the first connection was made', async () => {
    await rotate();
    await stage.restart(secondKey);
    await remove(first);
    expect(await standsFor(await connect())).toEqual([first]);
  });

  it('is known when the key changes after it was deleted, as long as the old key is there', async () => {
    await remove(first);
    await rotate();
    const second = await connect();
    await stage.restart(secondKey);
    expect(await standsFor(second)).toEqual([first]);
  });
});
