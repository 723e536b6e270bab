import { ChannelNotFoundError, ChannelsService } from '@modules/channels';
import { ConnectionsService } from '@modules/connections';
import { RemoveChannelsHandler } from '../../../src/channels/jobs/remove-channels.handler';
import { TakeBackAgainHandler } from '../../../src/channels/jobs/take-back-again.handler';
import { TakeOverListenersHandler } from '../../../src/channels/jobs/take-over-listeners.handler';
import { UnregisterListenersHandler } from '../../../src/channels/jobs/unregister-listeners.handler';
import { CheckListeners } from '../../../src/channels/listeners/check-listeners';
import { KeepListeners } from '../../../src/channels/listeners/keep-listeners';
import { TakeBackAgain } from '../../../src/channels/listeners/take-back-again';
import { OptimovePeer } from './optimove-peer';
import { type Problem, type Stage, setStage } from './stage';

const fields = 'channel { id kind name optimoveChannelId media state lastError listenerRegisteredAt }';

interface Answer {
  channel: { id: string; state: string; lastError: string | null } | null;
  userErrors: Problem[];
}

describe('channels of a connection', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await setStage();
  }, 60_000);
  afterEach(() => stage.close());

  const add = (input: object): Promise<Answer> =>
    stage.change<Answer>('addChannel', { connectionId: stage.connectionId, ...input }, fields);

  const idOf = ({ channel }: Answer): string => channel?.id ?? '';

  /** Runs what the outbox holds for a queue, as the worker would. */
  async function work(queue: string, handle: (data: never) => Promise<void>): Promise<void> {
    const rows = await stage.database.query<{ data: never }>(
      'DELETE FROM outbox_message WHERE queue = $1 RETURNING data',
      [queue],
    );
    for (const { data } of rows) await handle(data);
  }

  const unregister = (): Promise<void> =>
    work('channels.unregister-listeners', (data) => stage.app.get(UnregisterListenersHandler).handle(data));

  const takeOver = (): Promise<void> =>
    work('channels.take-over-listeners', (data) => stage.app.get(TakeOverListenersHandler).handle(data));

  /** What follows the deletion of a connection. */
  async function removeChannels(): Promise<void> {
    await work('channels.remove-channels', (data) => stage.app.get(RemoveChannelsHandler).handle(data));
    await unregister();
  }

  /** Makes another connection to the same account. */
  async function connectAgain(name = 'Shop again'): Promise<string> {
    const { endpoint } = stage.optimove;
    const input = { name, endpoint, apiToken: 'token-of-the-shop', callsPerSecond: 1000 };
    return (await stage.change<{ connection: { id: string } }>('createConnection', input, 'connection { id }'))
      .connection.id;
  }

  /** Registers every kind in turn, so that what Optimove has leads to this connection. @returns the ids of the channels. */
  async function addAll(connectionId: string): Promise<string[]> {
    const ids: string[] = [];
    for (const kind of ['MOBILE_PUSH', 'WEB_PUSH', 'TRIGGERED']) ids.push(idOf(await add({ kind, connectionId })));
    return ids;
  }

  async function switchTo(mutation: 'disableConnection' | 'enableConnection', id: string): Promise<void> {
    const query = `mutation ($id: ID!) { payload: ${mutation}(input: { id: $id }) { userErrors { code } } }`;
    expect(await stage.ask(query, { id })).toEqual({ payload: { userErrors: [] } });
  }

  /** A connection to the same account with every channel, disabled afterwards. */
  async function connectAndDisable(): Promise<string> {
    const id = await connectAgain('Not in use');
    await addAll(id);
    await switchTo('disableConnection', id);
    return id;
  }

  /** Enables the connection and looks after all listeners, as the clock does. */
  async function enable(id: string): Promise<void> {
    await switchTo('enableConnection', id);
    await stage.app.get(KeepListeners).run();
  }

  /** Removes a channel and takes its listeners back. */
  async function removeChannel(id: string): Promise<void> {
    await stage.change('removeChannel', { id }, fields);
    await unregister();
  }

  /** Removes a channel whose listeners Optimove keeps, whatever is asked. */
  async function removeInVain(id: string, status: number): Promise<void> {
    stage.optimove.faults.set('UnregisterEventListener', { status, body: '' });
    await expect(removeChannel(id)).rejects.toMatchObject({ code: 'OPTIMOVE_UNAUTHORIZED' });
    stage.optimove.faults.clear();
  }

  const except = (listeners: Map<string, string>, ...keys: string[]): Map<string, string> =>
    new Map([...listeners].filter(([key]) => !keys.includes(key)));

  const web = ['1/508', '13/508', '4/508'];

  async function deleteFirst(): Promise<void> {
    await stage.change('deleteConnection', { id: stage.connectionId, acceptConsequences: true }, 'deletedId');
    await removeChannels();
  }

  /** Removes the channel, and takes its listeners back, the next time that Optimove is asked for this. */
  function removeDuring(call: string, id: string): void {
    stage.optimove.meanwhile = async (name) => {
      if (name !== call) return;
      stage.optimove.meanwhile = async () => {};
      await stage.change('removeChannel', { id }, fields);
      await unregister();
    };
  }

  it('finds a channel by the usual name of its kind and registers its listeners under the secret address, which ends with its connection', async () => {
    expect(await add({ kind: 'MOBILE_PUSH' })).toMatchObject({
      userErrors: [],
      channel: {
        kind: 'MOBILE_PUSH',
        name: 'Xtremepush',
        optimoveChannelId: 506,
        media: ['MOBILE_PUSH', 'SMS', 'INBOX', 'EMAIL', 'IN_APP'],
        state: 'ACTIVE',
        lastError: null,
        listenerRegisteredAt: expect.any(String),
      },
    });
    expect(stage.optimove.registered).toEqual(['1/506', '13/506', '3/*', '4/506']);
    const connections = stage.app.get(ConnectionsService);
    const url = await connections.callbackUrl({ id: stage.connectionId }, 'event-13');
    expect(url).toMatch(/^https:\/\/push\.example\.com\/callbacks\/optimove\/.+\/event-13$/);
    expect(stage.optimove.listeners.get('13/506')).toBe(url);
    const { connection } = await stage.ask<{ connection: { deletionConsequences: string[] } }>(
      'query ($id: ID!) { connection(id: $id) { deletionConsequences } }',
      { id: stage.connectionId },
    );
    expect(connection.deletionConsequences).toEqual([
      expect.stringContaining('can no longer start campaigns'),
      expect.stringContaining('unregistered: Xtremepush (506)'),
    ]);
  });

  it('listens to triggers on a triggered channel, whatever the spelling of its name', async () => {
    expect(await add({ kind: 'TRIGGERED' })).toMatchObject({ channel: { optimoveChannelId: 510, state: 'ACTIVE' } });
    expect(stage.optimove.registered).toEqual(['11/510', '3/*']);
  });

  it('keeps channel 444 for SMS subscription, without media and without listeners', async () => {
    expect(await add({ kind: 'SMS_SUBSCRIPTION' })).toMatchObject({
      userErrors: [],
      channel: { optimoveChannelId: 444, media: [], state: 'ACTIVE' },
    });
    expect(stage.optimove.registered).toEqual([]);
    for (const input of [
      { kind: 'MOBILE_PUSH', optimoveChannelId: 444 },
      { kind: 'SMS_SUBSCRIPTION', optimoveChannelId: 506 },
    ]) {
      const { channel, userErrors } = await add(input);
      expect(channel).toBeNull();
      expect(userErrors).toMatchObject([{ code: 'SUBSCRIPTION_CHANNEL', path: ['optimoveChannelId'] }]);
    }
    expect((await add({ kind: 'WEB_PUSH', name: 'Xtremepush SMS' })).userErrors).toMatchObject([
      { code: 'SUBSCRIPTION_CHANNEL', path: ['name'] },
    ]);
  });

  it('names the field of a number or name that Optimove does not have, and of one that is taken', async () => {
    await add({ kind: 'MOBILE_PUSH' });
    expect((await add({ kind: 'WEB_PUSH', optimoveChannelId: 999 })).userErrors).toMatchObject([
      { code: 'UNKNOWN_CHANNEL', path: ['optimoveChannelId'], message: expect.stringContaining('506 Xtremepush') },
    ]);
    expect((await add({ kind: 'WEB_PUSH', name: 'Nothing' })).userErrors).toMatchObject([
      { code: 'UNKNOWN_CHANNEL', path: ['name'] },
    ]);
    expect((await add({ kind: 'WEB_PUSH', optimoveChannelId: 506 })).userErrors).toMatchObject([
      { code: 'ALREADY_ADDED', path: ['optimoveChannelId'] },
    ]);
    expect((await add({ kind: 'WEB_PUSH', optimoveChannelId: -1, connectionId: 'x' })).userErrors).toMatchObject([
      { code: 'INVALID', path: ['connectionId'] },
      { code: 'INVALID', path: ['optimoveChannelId'] },
    ]);
  });

  it('takes a typed number where the token may not list channels', async () => {
    stage.optimove.faults.set('GetExecutionChannels', { status: 403, body: '' });
    expect((await add({ kind: 'MOBILE_PUSH' })).userErrors).toMatchObject([
      { code: 'UNKNOWN_CHANNEL', path: ['optimoveChannelId'] },
    ]);
    expect(await add({ kind: 'MOBILE_PUSH', optimoveChannelId: 777 })).toMatchObject({
      channel: { optimoveChannelId: 777, name: 'Xtremepush', state: 'ACTIVE' },
    });
  });

  it('keeps a channel whose listeners were refused, says why without the secret, and registers it again', async () => {
    stage.optimove.faults.set('RegisterEventListener', { status: 400, body: 'Bad address {url} here' });
    const refused = await add({ kind: 'MOBILE_PUSH' });
    expect(refused).toMatchObject({ userErrors: [], channel: { state: 'FAILED' } });
    expect(refused.channel?.lastError).toContain('Bad address (our address) here');
    expect(JSON.stringify(refused)).not.toContain('callbacks/optimove');
    stage.optimove.faults.clear();
    const again = await stage.change<Answer>('reregisterListener', { id: idOf(refused) }, fields);
    expect(again).toMatchObject({ userErrors: [], channel: { state: 'ACTIVE', lastError: null } });
    expect(stage.optimove.registered).toContain('13/506');
  });

  it('spreads its messages over the minutes that are said, where they are scheduled and the minutes can be', async () => {
    const [scheduled, triggers] = [await add({ kind: 'MOBILE_PUSH' }), await add({ kind: 'TRIGGERED' })];
    const spread = (id: string, minutes: number) =>
      stage.change<{ channel: { spreadMinutes: number } | null }>(
        'spreadChannel',
        { id, minutes },
        'channel { spreadMinutes }',
      );
    expect(await spread(idOf(scheduled), 45)).toMatchObject({ channel: { spreadMinutes: 45 }, userErrors: [] });
    expect(await spread(idOf(scheduled), -1)).toMatchObject({ channel: null, userErrors: [{ path: ['minutes'] }] });
    expect((await spread(idOf(triggers), 45)).userErrors).toMatchObject([
      { message: expect.stringContaining('triggered messages go out at once') },
    ]);
    const channels = stage.app.get(ChannelsService);
    expect(await channels.get(stage.projectId, idOf(scheduled))).toMatchObject({ spreadMinutes: 45 });
  });

  it('removes a channel, takes back its listeners and leaves the rest; then it can be added again', async () => {
    const mobile = await add({ kind: 'MOBILE_PUSH' });
    await add({ kind: 'WEB_PUSH' });
    const removed = await stage.change<Answer>('removeChannel', { id: idOf(mobile) }, fields);
    expect(removed).toMatchObject({ userErrors: [], channel: { state: 'REMOVED' } });
    await unregister();
    expect(stage.optimove.registered).toEqual(['1/508', '13/508', '3/*', '4/508']);
    const channels = stage.app.get(ChannelsService);
    expect(await channels.findByOptimoveId(stage.connectionId, 506)).toBeNull();
    await expect(channels.get(stage.projectId, idOf(mobile))).rejects.toThrow(ChannelNotFoundError);
    const back = await add({ kind: 'MOBILE_PUSH' });
    // The same one: all that went out over it hangs on its id.
    expect(back).toMatchObject({ channel: { id: idOf(mobile), state: 'ACTIVE' } });
    expect((await add({ kind: 'MOBILE_PUSH' })).userErrors).toMatchObject([{ code: 'ALREADY_ADDED' }]);
    expect(await channels.findByOptimoveId(stage.connectionId, 506)).toMatchObject({ id: idOf(back) });
  });

  it('is another channel when it is added again as another kind', async () => {
    const mobile = await add({ kind: 'MOBILE_PUSH' });
    await stage.change('removeChannel', { id: idOf(mobile) }, fields);
    const web = await add({ kind: 'WEB_PUSH', optimoveChannelId: 506 });
    expect(web).toMatchObject({ userErrors: [], channel: { kind: 'WEB_PUSH' } });
    expect(idOf(web)).not.toBe(idOf(mobile));
  });

  it('never takes the listeners of a channel that was added again before they were taken back', async () => {
    const first = await add({ kind: 'MOBILE_PUSH' });
    await stage.change('removeChannel', { id: idOf(first) }, fields);
    await add({ kind: 'MOBILE_PUSH' });
    await unregister();
    expect(stage.optimove.registered).toEqual(['1/506', '13/506', '3/*', '4/506']);
  });

  it('leaves a newer connection to the account its listeners when the old one is deleted', async () => {
    await add({ kind: 'MOBILE_PUSH' });
    await add({ kind: 'WEB_PUSH' });
    const connectionId = await connectAgain();
    await add({ kind: 'MOBILE_PUSH', connectionId });
    const { listeners } = stage.optimove;
    const newer = new Map([...listeners].filter(([key]) => !key.endsWith('/508')));
    await deleteFirst();
    expect(listeners).toEqual(newer);
  });

  it('gives the listeners to the connection that stays, though the deleted one registered last', async () => {
    const connectionId = await connectAgain();
    await add({ kind: 'MOBILE_PUSH', connectionId });
    const { listeners } = stage.optimove;
    const ofOneThatStays = new Map(listeners);
    await add({ kind: 'MOBILE_PUSH' });
    expect(listeners).not.toEqual(ofOneThatStays);
    await deleteFirst();
    expect(listeners).toEqual(ofOneThatStays);
  });

  it('hands nothing to a disabled connection when a channel of the one in use is removed', async () => {
    const disabled = await connectAndDisable();
    const [, webPush = ''] = await addAll(stage.connectionId);
    const { listeners } = stage.optimove;
    const ofOneInUse = except(listeners, ...web);
    await removeChannel(webPush);
    expect(listeners).toEqual(ofOneInUse);
    await stage.app.get(KeepListeners).run();
    expect(listeners).toEqual(ofOneInUse);
    await enable(disabled);
    expect(except(listeners, ...web, '3/*')).toEqual(except(ofOneInUse, '3/*'));
    expect(listeners.get('13/508')).toContain(disabled);
  });

  it('hands another connection in use the removed channel alone', async () => {
    const connectionId = await connectAgain();
    await addAll(connectionId);
    const { listeners } = stage.optimove;
    const ofOther = new Map(listeners);
    const [, webPush = ''] = await addAll(stage.connectionId);
    const ofFirst = new Map(listeners);
    await removeChannel(webPush);
    expect(except(listeners, ...web)).toEqual(except(ofFirst, ...web));
    for (const key of web) expect(listeners.get(key)).toBe(ofOther.get(key));
  });

  it('hands the listeners of a deleted connection to the one in use, not to a disabled one', async () => {
    const connectionId = await connectAgain();
    await addAll(connectionId);
    const { listeners } = stage.optimove;
    const ofOneInUse = new Map(listeners);
    await connectAndDisable();
    await addAll(stage.connectionId);
    await deleteFirst();
    expect(listeners).toEqual(ofOneInUse);
  });

  it('hands the listeners of a disabled connection at once to the one in use that has the channels, until it is enabled', async () => {
    const connectionId = await connectAgain();
    await add({ kind: 'MOBILE_PUSH', connectionId });
    const { listeners } = stage.optimove;
    const ofOther = new Map(listeners);
    await addAll(stage.connectionId);
    const ofFirst = new Map(listeners);
    await switchTo('disableConnection', stage.connectionId);
    await takeOver();
    expect(listeners).toEqual(new Map([...ofFirst, ...ofOther]));
    await enable(stage.connectionId);
    expect(listeners).toEqual(ofFirst);
  });

  it('hands them to one whose token Optimove refuses as soon as that is replaced, until the former is enabled', async () => {
    const connectionId = await connectAgain();
    await addAll(connectionId);
    const { listeners } = stage.optimove;
    const ofOther = new Map(listeners);
    await addAll(stage.connectionId);
    const ofFirst = new Map(listeners);
    await stage.database.query(`UPDATE connection SET status = 'AUTHENTICATION_FAILED' WHERE id = $1`, [connectionId]);
    await switchTo('disableConnection', stage.connectionId);
    await takeOver();
    const keep = stage.app.get(KeepListeners);
    await keep.run();
    expect(listeners).toEqual(ofFirst);
    await stage.change('updateConnection', { id: connectionId, version: 1, apiToken: 'newer' }, 'connection { id }');
    await keep.run();
    expect(listeners).toEqual(ofOther);
    await enable(stage.connectionId);
    expect(listeners).toEqual(ofFirst);
  });

  it('leaves its listeners to a connection that is enabled again before another one got them', async () => {
    const connectionId = await connectAgain();
    await addAll(connectionId);
    await addAll(stage.connectionId);
    const { listeners } = stage.optimove;
    const ofFirst = new Map(listeners);
    await switchTo('disableConnection', stage.connectionId);
    await switchTo('enableConnection', stage.connectionId);
    await takeOver();
    expect(listeners).toEqual(ofFirst);
  });

  it('registers nothing for a disabled connection, and says what to do', async () => {
    const mobile = await add({ kind: 'MOBILE_PUSH' });
    const connectionId = await connectAgain();
    await switchTo('disableConnection', stage.connectionId);
    await add({ kind: 'MOBILE_PUSH', connectionId });
    const registered = new Map(stage.optimove.listeners);
    expect(await add({ kind: 'WEB_PUSH' })).toMatchObject({
      channel: null,
      userErrors: [{ code: 'CONNECTION_DISABLED', path: ['connectionId'] }],
    });
    expect(await stage.change<Answer>('reregisterListener', { id: idOf(mobile) }, fields)).toMatchObject({
      channel: null,
      userErrors: [{ code: 'CONNECTION_DISABLED', path: ['id'] }],
    });
    expect(stage.optimove.listeners).toEqual(registered);
  });

  it('takes back what only a disabled connection has, which gets it when it is enabled', async () => {
    const disabled = await connectAndDisable();
    const { listeners } = stage.optimove;
    const ofDisabled = new Map(listeners);
    await add({ kind: 'MOBILE_PUSH' });
    await deleteFirst();
    expect(listeners).toEqual(except(ofDisabled, '1/506', '13/506', '4/506', '3/*'));
    await enable(disabled);
    expect(listeners).toEqual(ofDisabled);
  });

  it('takes everything back when the connection is deleted, and says so before', async () => {
    await add({ kind: 'MOBILE_PUSH' });
    const payload = await stage.change<{ consequences: string[] }>(
      'deleteConnection',
      { id: stage.connectionId, acceptConsequences: true },
      'consequences',
    );
    expect(payload.consequences).toContainEqual(expect.stringContaining('Xtremepush (506)'));
    await removeChannels();
    expect(stage.optimove.registered).toEqual([]);
  });

  it('takes back what a refused token left at Optimove as soon as the token is replaced', async () => {
    const mobile = idOf(await add({ kind: 'MOBILE_PUSH' }));
    await add({ kind: 'WEB_PUSH' });
    await removeInVain(mobile, 401);
    expect(stage.optimove.registered).toContain('13/506');
    const input = { id: stage.connectionId, version: 1, apiToken: 'token-of-later' };
    await stage.change('updateConnection', input, 'connection { id }');
    await work('channels.take-back-again', (data) => stage.app.get(TakeBackAgainHandler).handle(data));
    expect(stage.optimove.registered).toEqual(['1/508', '13/508', '3/*', '4/508']);
  });

  it('goes on trying to take back for some days, until it is done', async () => {
    const takeBack = stage.app.get(TakeBackAgain);
    const tries = () => stage.optimove.calls.filter((name) => name === 'UnregisterEventListener').length;
    await removeInVain(idOf(await add({ kind: 'MOBILE_PUSH' })), 403);
    await stage.database.query(`UPDATE channel SET updated_at = now() - interval '8 days'`);
    const before = tries();
    await takeBack.run();
    expect(tries()).toBe(before);
    await stage.database.query(`UPDATE channel SET updated_at = now() - interval '6 days'`);
    stage.optimove.faults.set('UnregisterEventListener', { status: 403, body: '' });
    await takeBack.run();
    expect(stage.optimove.registered).not.toEqual([]);
    stage.optimove.faults.clear();
    await takeBack.run();
    expect(stage.optimove.registered).toEqual([]);
    const done = tries();
    await takeBack.run();
    expect(tries()).toBe(done);
  });

  it('registers again when our public address changed, and leaves alone what is right', async () => {
    await add({ kind: 'MOBILE_PUSH' });
    const keep = stage.app.get(KeepListeners);
    stage.optimove.listeners.clear();
    await keep.run();
    expect(stage.optimove.registered).toEqual([]);
    await stage.database.query(`UPDATE channel SET listener_fingerprint = 'of another address'`);
    await keep.run();
    expect(stage.optimove.registered).toEqual(['1/506', '13/506', '3/*', '4/506']);
  });

  it('registers at the address to which a connection was moved', async () => {
    await add({ kind: 'MOBILE_PUSH' });
    stage.optimove.listeners.clear();
    const endpoint = stage.optimove.endpoint.replace('/current/', '/elsewhere/');
    const input = { id: stage.connectionId, version: 1, endpoint, apiToken: 'token-of-the-shop' };
    await stage.change('updateConnection', input, 'connection { id }');
    await stage.app.get(KeepListeners).run();
    expect(stage.optimove.registered).toEqual(['1/506', '13/506', '3/*', '4/506']);
  });

  describe('when the connection is moved to another account', () => {
    let elsewhere: OptimovePeer;
    beforeEach(async () => {
      elsewhere = await OptimovePeer.start();
    });
    afterEach(() => elsewhere.close());

    const move = (): Promise<unknown> => {
      const input = { id: stage.connectionId, version: 1, endpoint: elsewhere.endpoint, apiToken: 'token-of-another' };
      return stage.change('updateConnection', input, 'connection { id }');
    };
    /** Whether a call to the address is one of Optimove. */
    const mayCall = async (address = ''): Promise<boolean> => {
      const [connectionId = '', secret = '', kind = ''] = address.split('/').slice(-3);
      const connections = stage.app.get(ConnectionsService);
      const caller = { connectionId, kind, secretHash: connections.callbackSecretHash(secret) };
      return (await connections.authenticateCallback(caller)) !== null;
    };

    it('registers its listeners there at once, and gives those of the first account to the connection that has it', async () => {
      const connectionId = await connectAgain();
      await add({ kind: 'MOBILE_PUSH', connectionId });
      const ofOther = new Map(stage.optimove.listeners);
      await add({ kind: 'MOBILE_PUSH' });
      expect(stage.optimove.listeners).not.toEqual(ofOther);
      await move();
      await takeOver();
      expect(stage.optimove.listeners).toEqual(ofOther);
      expect(elsewhere.registered).toEqual(['1/506', '13/506', '3/*', '4/506']);
      expect(await mayCall(elsewhere.listeners.get('13/506'))).toBe(true);
    });

    it('takes nothing back there of what a channel left at the first account', async () => {
      await removeInVain(idOf(await add({ kind: 'MOBILE_PUSH' })), 401);
      await move();
      await stage.app.get(TakeBackAgain).run();
      expect(elsewhere.calls).not.toContain('UnregisterEventListener');
    });

    it('is tried again where Optimove is out of order for a moment, and not where it refuses', async () => {
      await add({ kind: 'MOBILE_PUSH' });
      await move();
      const jobs = await stage.database.query<{ data: never }>(
        `SELECT data FROM outbox_message WHERE queue = 'channels.take-over-listeners'`,
      );
      elsewhere.faults.set('RegisterEventListener', { status: 400, body: '' });
      for (const { data } of jobs) await stage.app.get(TakeOverListenersHandler).handle(data);
      elsewhere.faults.set('RegisterEventListener', { status: 500, body: '' });
      await expect(takeOver()).rejects.toMatchObject({ code: 'OPTIMOVE_UNAVAILABLE', retryable: true });
      elsewhere.faults.clear();
      for (const { data } of jobs) await stage.app.get(TakeOverListenersHandler).handle(data);
      expect(elsewhere.registered).toEqual(['1/506', '13/506', '3/*', '4/506']);
    });

    it('takes the calls of the first account, and those of its engagement webhook, for those of strangers', async () => {
      await add({ kind: 'MOBILE_PUSH' });
      const { webhook } = await stage.ask<{ webhook: { url: string } }>(
        'mutation ($id: ID!) { webhook: renewEngagementWebhook(input: { id: $id }) { url } }',
        { id: stage.connectionId },
      );
      await move();
      expect(await mayCall(stage.optimove.listeners.get('13/506'))).toBe(false);
      expect(await mayCall(webhook.url)).toBe(false);
    });

    it('is another thing than a new token: that changes nothing of where Optimove calls', async () => {
      await add({ kind: 'MOBILE_PUSH' });
      const input = { id: stage.connectionId, version: 1, apiToken: 'token-of-later' };
      await stage.change('updateConnection', input, 'connection { id }');
      expect(await mayCall(stage.optimove.listeners.get('13/506'))).toBe(true);
    });
  });

  it('asks Optimove which listeners it has, and registers again what is lost or leads elsewhere', async () => {
    await add({ kind: 'MOBILE_PUSH' });
    await add({ kind: 'TRIGGERED' });
    const registered = new Map(stage.optimove.listeners);
    const check = stage.app.get(CheckListeners);
    const writes = () => stage.optimove.calls.filter((name) => name === 'RegisterEventListener').length;
    const before = writes();
    await check.run();
    expect(writes()).toBe(before);
    stage.optimove.listeners.delete('11/510');
    stage.optimove.listeners.set('4/506', 'https://elsewhere.example.com/');
    await check.run();
    expect(stage.optimove.listeners).toEqual(registered);
  });

  it('brings back nothing of a channel that is removed while Optimove is asked', async () => {
    const mobile = await add({ kind: 'MOBILE_PUSH' });
    removeDuring('GetRegisteredEventListeners', idOf(mobile));
    await stage.app.get(CheckListeners).run();
    expect(stage.optimove.registered).toEqual([]);
  });

  it('takes back what it registered for a channel that was removed meanwhile', async () => {
    const mobile = await add({ kind: 'MOBILE_PUSH' });
    removeDuring('RegisterEventListener', idOf(mobile));
    await stage.change('reregisterListener', { id: idOf(mobile) }, fields);
    expect(stage.optimove.registered).not.toEqual([]);
    await unregister();
    expect(stage.optimove.registered).toEqual([]);
  });

  it('takes back with every removal, though the job of an earlier one of the same channel failed', async () => {
    const mobile = await add({ kind: 'MOBILE_PUSH' });
    await stage.change('removeChannel', { id: idOf(mobile) }, fields);
    await add({ kind: 'MOBILE_PUSH' });
    await stage.change('removeChannel', { id: idOf(mobile) }, fields);
    const jobs = await stage.database.query(
      `SELECT DISTINCT job_id FROM outbox_message WHERE queue = 'channels.unregister-listeners'`,
    );
    expect(jobs).toHaveLength(2);
  });

  it('leaves listeners alone where Optimove does not tell which it has', async () => {
    await add({ kind: 'MOBILE_PUSH' });
    stage.optimove.listeners.clear();
    stage.optimove.faults.set('GetRegisteredEventListeners', { status: 403, body: '' });
    await stage.app.get(CheckListeners).run();
    expect(stage.optimove.registered).toEqual([]);
  });

  it('tries a failed registration again after a while', async () => {
    stage.optimove.faults.set('RegisterEventListener', { status: 400, body: 'no' });
    const { channel } = await add({ kind: 'MOBILE_PUSH' });
    stage.optimove.faults.clear();
    const keep = stage.app.get(KeepListeners);
    await keep.run();
    expect(stage.optimove.registered).toEqual([]);
    await stage.database.query(`UPDATE channel SET updated_at = now() - interval '11 minutes'`);
    await keep.run();
    expect(await stage.app.get(ChannelsService).get(stage.projectId, channel?.id ?? '')).toMatchObject({
      state: 'ACTIVE',
    });
  });

  it('lists what Optimove has and what is added, and lists channels', async () => {
    await add({ kind: 'MOBILE_PUSH' });
    const data = await stage.ask<{ discoverChannels: object; channels: object[] }>(
      `query ($id: ID!) {
        discoverChannels(connectionId: $id) { problem channels { optimoveChannelId name isAdded suggestedKind } }
        channels(connectionId: $id) { optimoveChannelId state listenerEventTypeIds }
      }`,
      { id: stage.connectionId },
    );
    expect(data.discoverChannels).toEqual({
      problem: null,
      channels: [
        { optimoveChannelId: 506, name: 'Xtremepush', isAdded: true, suggestedKind: 'MOBILE_PUSH' },
        { optimoveChannelId: 508, name: 'Xtremepush Webpush', isAdded: false, suggestedKind: 'WEB_PUSH' },
        { optimoveChannelId: 510, name: 'XTREMEPUSH  Triggered', isAdded: false, suggestedKind: 'TRIGGERED' },
        { optimoveChannelId: 444, name: 'Xtremepush SMS', isAdded: false, suggestedKind: 'SMS_SUBSCRIPTION' },
      ],
    });
    expect(data.channels).toEqual([{ optimoveChannelId: 506, state: 'ACTIVE', listenerEventTypeIds: [13, 1, 4, 3] }]);
  });

  it('shows nothing of a connection of another project', async () => {
    await add({ kind: 'MOBILE_PUSH' });
    await stage.database.query('UPDATE connection SET project_id = gen_random_uuid()');
    await stage.database.query('UPDATE channel SET project_id = gen_random_uuid()');
    const [channel] = await stage.database.query<{ id: string }>('SELECT id FROM channel');
    const data = await stage.ask(
      `query ($id: ID!, $channelId: ID!) {
        discoverChannels(connectionId: $id) { problem channels { name } }
        channels(connectionId: $id) { id }
        channel(id: $channelId) { id }
      }`,
      { id: stage.connectionId, channelId: channel?.id },
    );
    const discoverChannels = { problem: 'There is no such connection', channels: [] };
    expect(data).toEqual({ discoverChannels, channels: [], channel: null });
    expect((await add({ kind: 'WEB_PUSH' })).userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['connectionId'] }]);
  });
});
