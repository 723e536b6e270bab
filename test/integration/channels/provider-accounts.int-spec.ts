import type { Medium } from '@libs/delivery';
import { newId } from '@libs/foundation';
import { DeliveryService, type Sender } from '@modules/channels';
import { type FarEnds, startFarEnds } from '../../../apps/sandbox/src/far-ends';
import { type Problem, type Stage, setStage } from './stage';

const fields = `providerAccount {
  id provider medium pushService appId name isDefault state lastError version
  settings { name isSecret hasValue value hint }
}`;

interface Account {
  id: string;
  pushService: string | null;
  appId: string | null;
  name: string;
  isDefault: boolean;
  state: string;
  version: number;
  settings: { name: string; value: string | null; hasValue: boolean }[];
}

interface Answer {
  providerAccount: Account | null;
  userErrors: Problem[];
}

describe('provider accounts', () => {
  let stage: Stage;
  let farEnds: FarEnds;
  let elsewhere: FarEnds;
  beforeAll(async () => {
    stage = await setStage();
    farEnds = await startFarEnds();
    elsewhere = await startFarEnds();
  }, 60_000);
  afterAll(async () => {
    await stage.close();
    await farEnds.close();
    await elsewhere.close();
  });
  beforeEach(() => stage.database.query('DELETE FROM provider_account'));

  const smsSettings = (changes: Record<string, string> = {}): { name: string; value: string }[] => {
    const { smscHost, smscPort, smscSystemId, smscPassword } = farEnds.endpoints;
    const settings = { host: smscHost, port: String(smscPort), systemId: smscSystemId, password: smscPassword };
    return Object.entries({ ...settings, ...changes }).map(([name, value]) => ({ name, value }));
  };
  const pushSettings = (provider: 'fcm' | 'apns', changes: Record<string, string> = {}) => {
    const { endpoints } = farEnds;
    const settings = {
      fcm: { serviceAccount: JSON.stringify(endpoints.fcmServiceAccount), baseUrl: endpoints.fcmBaseUrl },
      apns: {
        privateKey: endpoints.apnsPrivateKey,
        keyId: endpoints.apnsKeyId,
        teamId: endpoints.apnsTeamId,
        topic: endpoints.apnsTopic,
        baseUrl: endpoints.apnsBaseUrl,
      },
    };
    return Object.entries({ ...settings[provider], ...changes }).map(([name, value]) => ({ name, value }));
  };
  const senderOf = async (medium: Medium): Promise<Sender | null> =>
    (await stage.app.get(DeliveryService).sendersFor(stage.projectId, [medium])).all[0] ?? null;
  const mailSettings = (): { name: string; value: string }[] => [
    { name: 'host', value: farEnds.endpoints.smtpHost },
    { name: 'port', value: String(farEnds.endpoints.smtpPort) },
    { name: 'allowsPlain', value: 'true' },
  ];
  const create = (input: object): Promise<Answer> => stage.change('createProviderAccount', input, fields);
  const update = (account: Account | null, input: object): Promise<Answer> =>
    stage.change('updateProviderAccount', { id: account?.id, version: account?.version, ...input }, fields);
  const createSms = async (): Promise<Account> => {
    const { providerAccount } = await create({ provider: 'smpp', name: 'SMS', settings: smsSettings() });
    if (!providerAccount) throw new Error('The account was refused');
    return providerAccount;
  };
  const pathsOf = ({ userErrors }: Answer): string[] => userErrors.map(({ code, path }) => [code, ...path].join(' '));

  it('shows the fields of every provider', async () => {
    const { providers } = await stage.ask<{ providers: { key: string; medium: string; fields: object[] }[] }>(
      '{ providers { key name medium hasReceipts fields { name label kind isRequired help } } }',
    );
    expect(providers.map(({ key, medium }) => `${key} ${medium}`)).toEqual([
      'fcm MOBILE_PUSH',
      'apns MOBILE_PUSH',
      'smtp EMAIL',
      'smpp SMS',
      'webpush WEB_PUSH',
      'inbox INBOX',
      'in-app IN_APP',
    ]);
    expect(providers[3]?.fields).toContainEqual(
      expect.objectContaining({ name: 'password', kind: 'SECRET', isRequired: true }),
    );
  });

  it('stores an account that the provider accepted, and shows everything but its secret', async () => {
    const answer = await create({ provider: 'smpp', name: 'SMS', settings: smsSettings() });
    expect(answer).toMatchObject({
      userErrors: [],
      providerAccount: { provider: 'smpp', medium: 'SMS', isDefault: true, state: 'ACTIVE', version: 1 },
    });
    expect(answer.providerAccount?.settings).toContainEqual({
      name: 'password',
      isSecret: true,
      hasValue: true,
      value: null,
      hint: '…',
    });
    expect(answer.providerAccount?.settings).toContainEqual(
      expect.objectContaining({ name: 'port', value: String(farEnds.endpoints.smscPort) }),
    );
    const stored = JSON.stringify([
      await stage.database.query('SELECT * FROM provider_account'),
      await stage.database.query('SELECT * FROM audit_entry'),
      answer,
    ]);
    expect(stored).not.toContain(farEnds.endpoints.smscPassword);
  });

  it('names the setting that is wrong by itself', async () => {
    const settings = [...smsSettings({ port: 'many', systemId: 'far-too-long-a-name' }), { name: 'odd', value: '1' }];
    expect(pathsOf(await create({ provider: 'smpp', name: 'SMS', settings }))).toEqual(['INVALID settings port']);
    const mended = settings.map((setting) => (setting.name === 'port' ? { name: 'port', value: '70000' } : setting));
    expect(pathsOf(await create({ provider: 'smpp', name: 'SMS', settings: mended }))).toEqual([
      'INVALID settings odd',
      'INVALID settings port',
      'INVALID settings systemId',
    ]);
    expect(pathsOf(await create({ provider: 'pigeon', name: 'SMS', settings: [] }))).toEqual(['INVALID provider']);
    const twice = [...smsSettings(), ...smsSettings()];
    expect(pathsOf(await create({ provider: 'smpp', name: 'SMS', settings: twice }))).toEqual(['INVALID settings']);
  });

  it('names the setting that the provider refused, and stores nothing', async () => {
    const answer = await create({ provider: 'smpp', name: 'SMS', settings: smsSettings({ password: 'wrong' }) });
    expect(pathsOf(answer)).toEqual(['VERIFICATION_FAILED settings password']);
    expect(JSON.stringify(answer)).not.toContain('wrong"');
    expect(await stage.database.query('SELECT * FROM provider_account')).toEqual([]);
  });

  it('keeps what an update leaves out, secrets too, and refuses an outdated version', async () => {
    const account = await createSms();
    const settings = [{ name: 'windowSize', value: '10' }];
    const changed = await update(account, { settings });
    expect(changed).toMatchObject({ userErrors: [], providerAccount: { name: 'SMS', version: 2, state: 'ACTIVE' } });
    expect(changed.providerAccount?.settings).toContainEqual(
      expect.objectContaining({ name: 'windowSize', value: '10' }),
    );
    expect(pathsOf(await update(account, { settings }))).toEqual(['CONFLICT version']);
    const cleared = await update(changed.providerAccount, { settings: [{ name: 'windowSize', value: null }] });
    expect(cleared.providerAccount?.settings).toContainEqual(
      expect.objectContaining({ name: 'windowSize', hasValue: false, value: null }),
    );
  });

  it('never sends a stored secret to a new address', async () => {
    const account = await createSms();
    const settings = [{ name: 'port', value: String(elsewhere.endpoints.smscPort) }];
    expect(pathsOf(await update(account, { settings }))).toEqual(['SECRET_NEEDED settings password']);
    const password = { name: 'password', value: elsewhere.endpoints.smscPassword };
    expect(await update(account, { settings: [...settings, password] })).toMatchObject({ userErrors: [] });
  });

  it('remembers a failed check without giving the account up', async () => {
    const account = await createSms();
    await farEnds.close();
    const failed = await stage.change<Answer>('verifyProviderAccount', { id: account.id }, fields);
    expect(pathsOf(failed)).toEqual(['VERIFICATION_FAILED settings host']);
    expect(failed.providerAccount).toMatchObject({ state: 'FAILED', lastError: expect.any(String) });
    expect(await senderOf('SMS')).not.toBeNull();
    farEnds = await startFarEnds({ smscPort: farEnds.endpoints.smscPort });
  });

  it('delivers a medium through its default account, and through the next one when that is deleted', async () => {
    expect(await senderOf('EMAIL')).toBeNull();
    const first = await create({ provider: 'smtp', name: 'Mail', settings: mailSettings() });
    const second = await create({ provider: 'smtp', name: 'Mail 2', settings: mailSettings(), isDefault: true });
    expect(pathsOf(await create({ provider: 'smtp', name: 'Mail', settings: mailSettings() }))).toEqual([
      'NAME_TAKEN name',
    ]);
    expect(await senderOf('EMAIL')).toMatchObject({
      accountId: second.providerAccount?.id,
      provider: 'smtp',
      dedupe: 'none',
    });
    const deleted = await stage.change<{ deletedId: string | null }>(
      'deleteProviderAccount',
      { id: second.providerAccount?.id },
      'deletedId',
    );
    expect(deleted).toEqual({ deletedId: second.providerAccount?.id, userErrors: [] });
    expect(await senderOf('EMAIL')).toMatchObject({ accountId: first.providerAccount?.id });
    expect(await stage.database.query(`SELECT sealed_secrets FROM provider_account WHERE state = 'DELETED'`)).toEqual([
      { sealed_secrets: null },
    ]);
    const { providerAccounts } = await stage.ask<{ providerAccounts: Account[] }>(
      '{ providerAccounts { name isDefault } }',
    );
    expect(providerAccounts).toEqual([{ name: 'Mail', isDefault: true }]);
  });

  it('has one default for each push service, and refuses what Apple refuses at its field', async () => {
    const fcm = await create({ provider: 'fcm', name: 'Google', settings: pushSettings('fcm') });
    const apns = await create({ provider: 'apns', name: 'Apple', settings: pushSettings('apns') });
    expect([fcm.providerAccount, apns.providerAccount]).toMatchObject([
      { medium: 'MOBILE_PUSH', pushService: 'FCM', isDefault: true },
      { medium: 'MOBILE_PUSH', pushService: 'APNS', isDefault: true },
    ]);
    const second = await create({
      provider: 'apns',
      name: 'Apple 2',
      settings: pushSettings('apns'),
      isDefault: true,
    });
    const accounts = await stage.app.get(DeliveryService).sendersFor(stage.projectId, ['MOBILE_PUSH']);
    const accountOf = (pushService: 'FCM' | 'APNS') =>
      accounts.of({ medium: 'MOBILE_PUSH', pushService, appId: null })?.accountId;
    expect([accountOf('FCM'), accountOf('APNS')]).toEqual([fcm.providerAccount?.id, second.providerAccount?.id]);
    for (const [field, value] of [
      ['topic', 'com.example.other'],
      ['keyId', 'ABCDE12345'],
    ] as const) {
      const refused = await create({
        provider: 'apns',
        name: 'Other',
        settings: pushSettings('apns', { [field]: value }),
      });
      expect(pathsOf(refused)).toEqual([`VERIFICATION_FAILED settings ${field === 'topic' ? 'topic' : 'privateKey'}`]);
    }
    const stored = JSON.stringify(await stage.database.query('SELECT * FROM provider_account'));
    expect(stored).not.toContain('PRIVATE KEY');
    expect(stored).not.toContain(farEnds.endpoints.apnsPrivateKey.split('\n')[1]);
  });

  it('can be of one app: its devices go there, those of others to the account of all', async () => {
    const app = async (name: string, platform: string): Promise<string> => {
      const id = newId();
      await stage.database.query(
        `INSERT INTO app (id, project_id, name, platform, sdk_key_hash, sdk_key_hint) VALUES ($1, $2, $3, $4, $5, '')`,
        [id, stage.projectId, name, platform, id],
      );
      return id;
    };
    const [iphone, android] = [await app('Casino for iPhone', 'IOS'), await app('Casino for Android', 'ANDROID')];
    const all = await create({ provider: 'apns', name: 'All', settings: pushSettings('apns') });
    const own = await create({ provider: 'apns', name: 'Own', settings: pushSettings('apns'), appId: iphone });
    expect(own.providerAccount).toMatchObject({ appId: iphone, isDefault: true });
    const accounts = await stage.app.get(DeliveryService).sendersFor(stage.projectId, ['MOBILE_PUSH']);
    const accountOf = (appId: string | null) =>
      accounts.of({ medium: 'MOBILE_PUSH', pushService: 'APNS', appId })?.accountId;
    expect([accountOf(iphone), accountOf(newId()), accountOf(null)]).toEqual([
      own.providerAccount?.id,
      all.providerAccount?.id,
      all.providerAccount?.id,
    ]);
    for (const [refused, code] of [
      [{ provider: 'apns', settings: pushSettings('apns'), appId: android }, 'INVALID'],
      [{ provider: 'apns', settings: pushSettings('apns'), appId: newId() }, 'NOT_FOUND'],
      [{ provider: 'smpp', settings: smsSettings(), appId: iphone }, 'INVALID'],
    ] as const)
      expect(pathsOf(await create({ name: 'No', ...refused }))).toEqual([`${code} appId`]);
  });

  it('knows nothing of the accounts of another project', async () => {
    const account = await createSms();
    await stage.database.query('UPDATE provider_account SET project_id = gen_random_uuid()');
    const seen = await stage.ask('query ($id: ID!) { providerAccounts { name } providerAccount(id: $id) { name } }', {
      id: account.id,
    });
    expect(seen).toEqual({ providerAccounts: [], providerAccount: null });
    for (const mutation of ['verifyProviderAccount', 'deleteProviderAccount']) {
      const { userErrors } = await stage.change(mutation, { id: account.id }, '__typename');
      expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['id'] }]);
    }
    expect(pathsOf(await update(account, { name: 'Mine' }))).toEqual(['NOT_FOUND id']);
    expect(await senderOf('SMS')).toBeNull();
  });
});
