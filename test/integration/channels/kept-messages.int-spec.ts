import type { InAppMessage, InboxMessage, Medium, OutboundMessage } from '@libs/delivery';
import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { DeliveryService, KeptMessagesService } from '@modules/channels';
import { ProfilesModule, ProfilesService } from '@modules/profiles';
import { KeptMessageRepository } from '../../../src/channels/persistence/kept-message.repository';
import { type Stage, setStage } from './stage';

const now = { mayWrite: () => true, isUrgent: false };
const nothing = async (): Promise<Set<string>> => new Set();
const session = { kind: 'SESSION_START' } as const;
const appEvent = (event: string) => ({ kind: 'SDK_EVENT', event }) as const;

describe('messages kept for apps and sites', () => {
  let stage: Stage;
  let kept: KeptMessagesService;
  let owner: { projectId: string; profileId: string };

  beforeAll(async () => {
    stage = await setStage();
    kept = stage.app.get(KeptMessagesService);
    await setUp('inbox', { lifetimeDays: '10' });
    await setUp('in-app', {});
  }, 60_000);
  afterAll(() => stage.close());
  beforeEach(() => {
    owner = { projectId: stage.projectId, profileId: newId() };
  });

  const setUp = (provider: string, settings: Record<string, string>) =>
    stage.change<{
      providerAccount: { medium: string; settings: { name: string; value: string; hasValue: boolean }[] };
    }>(
      'createProviderAccount',
      { provider, name: provider, settings: Object.entries(settings).map(([name, value]) => ({ name, value })) },
      'providerAccount { medium settings { name value hasValue } }',
    );

  async function send(medium: Medium, messages: OutboundMessage[], handOver = now) {
    const [sender] = (await stage.app.get(DeliveryService).sendersFor(stage.projectId, [medium])).all;
    if (!sender) throw new Error(`There is no account for ${medium}`);
    expect(sender.dedupe).toBe('id');
    return sender.sendBatch(messages, handOver);
  }

  const letter = (change: Partial<InboxMessage> = {}): InboxMessage => {
    const base = { deliveryId: newId(), profileId: owner.profileId, style: 'ALERT' as const };
    return { ...base, title: 'Hello', body: 'World', ...change };
  };

  const modal = (change: Partial<InAppMessage> = {}): InAppMessage => {
    const base = { deliveryId: newId(), profileId: owner.profileId, style: 'MODAL' as const };
    return { ...base, title: 'Hello', body: 'World', trigger: session, ...change };
  };

  const inbox = (after: string | null = null, limit = 10) => kept.inbox(owner, { after, limit }, nothing);
  const shown = async (...moment: Parameters<KeptMessagesService['showNow']>[1][]) =>
    (await kept.showNow(owner, moment[0] ?? null, nothing)).map(({ id }) => id);

  it('come up in the inbox of their person alone, newest first and page by page', async () => {
    const letters = [1, 2, 3].map((number) => letter({ title: `Letter ${number}` }));
    for (const each of letters) expect(await send('INBOX', [each])).toMatchObject([{ outcome: 'ACCEPTED' }]);
    await send('INBOX', [letter({ profileId: newId() })]);
    const first = await inbox(null, 2);
    expect(first.messages.map(({ content }) => content)).toEqual([
      { style: 'ALERT', title: 'Letter 3', body: 'World' },
      { style: 'ALERT', title: 'Letter 2', body: 'World' },
    ]);
    expect(first.unread).toBe(3);
    const last = await inbox(first.next, 2);
    expect(last).toMatchObject({ messages: [{ id: letters[0]?.deliveryId }], next: null });
  });

  it('are there once, however often they are handed over', async () => {
    const one = letter();
    const again = { ...one, title: 'Changed' };
    expect(await send('INBOX', [one])).toEqual(await send('INBOX', [again, letter()]).then(([first]) => [first]));
    expect((await inbox()).messages.filter(({ id }) => id === one.deliveryId)).toMatchObject([
      { content: { title: 'Hello' } },
    ]);
  });

  it('are not stored when they waited too long', async () => {
    expect(await send('INBOX', [letter()], { mayWrite: () => false, isUrgent: false })).toMatchObject([
      { reason: 'LATE' },
    ]);
    expect((await inbox()).messages).toEqual([]);
  });

  it('are opened, and deleted for good', async () => {
    const [one, other] = [letter(), letter()];
    await send('INBOX', [one]);
    await send('INBOX', [other]);
    expect(await kept.mark(owner, { id: one.deliveryId, deed: 'opened' })).toBe(true);
    expect(await kept.mark(owner, { id: other.deliveryId, deed: 'deleted' })).toBe(true);
    expect(await inbox()).toMatchObject({
      messages: [{ id: one.deliveryId, isOpened: true, isClicked: false }],
      unread: 0,
    });
    await send('INBOX', [other]);
    expect((await inbox()).messages).toHaveLength(1);
    const stranger = { ...owner, profileId: newId() };
    expect(await kept.mark(stranger, { id: one.deliveryId, deed: 'deleted' })).toBe(false);
  });

  it('leave after the lifetime of the account, or sooner when they say so', async () => {
    const dayMs = 86_400_000;
    await send('INBOX', [letter({ ttlSeconds: 3_600 })]);
    await send('INBOX', [letter()]);
    await send('INBOX', [letter({ ttlSeconds: 90 * 86_400 })]);
    const left = (await inbox()).messages.map(({ expiresAt }) =>
      Math.round((expiresAt.getTime() - Date.now()) / dayMs),
    );
    expect(left).toEqual([10, 10, 0]);
    await stage.database.query(
      `UPDATE kept_message SET expires_at = now() - interval '31 days' WHERE profile_id = $1`,
      [owner.profileId],
    );
    expect(await inbox()).toEqual({ messages: [], unread: 0, next: null });
    const removed = await stage.app
      .get(Transactions)
      .run((tx) => stage.app.get(KeptMessageRepository).removeExpired(tx, { days: 30, limit: 100 }));
    expect(removed).toBe(3);
  });

  it('are taken back at once with all of their execution, also those still to come, and no others', async () => {
    const executionId = newId();
    const idOf = (seq: number, medium: string): string => `${executionId}.${seq}.${medium}`;
    const other = letter();
    await send('INBOX', [letter({ deliveryId: idOf(1, 'I.inbox') }), other]);
    await send('IN_APP', [modal({ deliveryId: idOf(1, 'A.in-app') })]);
    expect((await inbox()).messages).toHaveLength(2);
    expect(await shown(session)).toHaveLength(1);
    const stopIt = (projectId: string) =>
      stage.app.get(Transactions).run((tx) => kept.stop(tx, { projectId, batchId: executionId, by: 'tests' }));
    await stopIt(newId());
    expect((await inbox()).messages).toHaveLength(2);
    expect([await stopIt(owner.projectId), await stopIt(owner.projectId)]).toEqual([true, false]);
    await send('INBOX', [letter({ deliveryId: idOf(2, 'I.inbox') })]);
    expect(await inbox()).toMatchObject({ messages: [{ id: other.deliveryId }], unread: 1 });
    expect(await shown(session)).toEqual([]);
    const stopped = await kept.stoppedAt(owner.projectId, [executionId, newId()]);
    expect([...stopped.keys()]).toEqual([executionId]);
  });

  it('are shown at their own trigger and no other', async () => {
    const atStart = modal();
    const atEvent = modal({ trigger: appEvent('lobby') });
    const atServer = modal({ trigger: { kind: 'SERVER_EVENT', event: 'deposit' } });
    for (const each of [atStart, atEvent, atServer]) await send('IN_APP', [each]);
    expect(await shown(session)).toEqual([atStart.deliveryId]);
    expect(await shown(appEvent('lobby'))).toEqual([atEvent.deliveryId]);
    expect(await shown(appEvent('cashier'))).toEqual([]);
    expect(await shown()).toEqual([]);
    await happened({ name: 'deposit', deviceId: newId() });
    expect(await shown()).toEqual([]);
    await happened({ name: 'deposit' });
    expect(await shown()).toEqual([atServer.deliveryId]);
    expect(await shown(session)).toEqual([atStart.deliveryId, atServer.deliveryId]);
  });

  it('are shown as often as they say, with a pause, and not after a click', async () => {
    const often = modal({ displayLimit: 2, pauseSeconds: 3_600 });
    const once = modal();
    const clicked = modal({ displayLimit: 5 });
    for (const each of [often, once, clicked]) await send('IN_APP', [each]);
    expect(await kept.showNow(owner, session, nothing)).toMatchObject([{ displaysLeft: 2 }, { displaysLeft: 1 }, {}]);
    for (const { deliveryId } of [often, once]) await kept.mark(owner, { id: deliveryId, deed: 'displayed' });
    await kept.mark(owner, { id: clicked.deliveryId, deed: 'clicked' });
    expect(await shown(session)).toEqual([]);
    await stage.database.query(
      `UPDATE kept_message SET last_displayed_at = now() - interval '2 hours' WHERE profile_id = $1`,
      [owner.profileId],
    );
    expect(await shown(session)).toEqual([often.deliveryId]);
    await kept.mark(owner, { id: often.deliveryId, deed: 'displayed' });
    expect(await shown(session)).toEqual([]);
  });

  it('are offered as media like others, and an account for browsers gets keys of its own', async () => {
    const { providers } = await stage.ask<{ providers: { key: string; medium: string }[] }>(
      '{ providers { key medium } }',
    );
    expect(providers).toEqual(
      expect.arrayContaining([
        { key: 'webpush', medium: 'WEB_PUSH' },
        { key: 'inbox', medium: 'INBOX' },
        { key: 'in-app', medium: 'IN_APP' },
      ]),
    );
    const { providerAccount, userErrors } = await setUp('webpush', { subject: 'mailto:push@example.com' });
    expect(userErrors).toEqual([]);
    const setting = (name: string) => providerAccount.settings.find((each) => each.name === name);
    expect(setting('publicKey')?.value).toMatch(/^[\w-]{87}$/);
    expect(setting('privateKey')).toMatchObject({ hasValue: true, value: null });
    const refused = await setUp('inbox', { lifetimeDays: '0' });
    expect(refused.userErrors).toMatchObject([{ path: ['settings', 'lifetimeDays'] }]);
  });

  const happened = (event: { name: string; deviceId?: string }) =>
    stage.app.get(Transactions).run((tx) =>
      stage.app
        .select(ProfilesModule)
        .get(ProfilesService)
        .recordEvents(tx, stage.projectId, [{ profileId: owner.profileId, occurredAt: new Date(), ...event }]),
    );
});
