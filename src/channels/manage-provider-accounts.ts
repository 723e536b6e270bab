import { getProvider, type ProviderDefinition, type ProviderSettings } from '@libs/delivery';
import { isUuid, newId } from '@libs/foundation';
import { SecretBox, Transactions, type Tx } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { AccountUsers } from './account-users';
import { Sessions } from './delivery/sessions';
import { servesOf } from './domain/accounts';
import { hintsOf, splitSettings } from './domain/provider-account';
import { type ProviderAccountProblem, settingProblem } from './domain/provider-account-problem';
import { readSettings, secretsToRepeat, type TypedSetting } from './domain/typed-settings';
import { ProviderAccountEntity } from './persistence/provider-account.entity';
import { ProviderAccountRepository } from './persistence/provider-account.repository';

/** The account as it is now, or what the caller has to mend. After a failed check it is both. */
export interface ProviderAccountOutcome {
  account: ProviderAccountEntity | null;
  problems: ProviderAccountProblem[];
}

/** What may be changed; absent keeps. */
export interface ProviderAccountChange {
  name?: string;
  settings?: TypedSetting[];
  isDefault?: boolean;
  /** Null takes the limit away. */
  messagesPerSecond?: number | null;
}

/** A new account. */
export interface NewProviderAccount extends ProviderAccountChange {
  provider: string;
  name: string;
  /** The app whose devices alone it is for; null: those of every app without an account of its own. */
  appId: string | null;
}

/** Sets up, changes, checks and deletes provider accounts. Settings are tried at the provider before they are stored. */
@Injectable()
export class ManageProviderAccounts {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ProviderAccountRepository,
    private readonly secrets: SecretBox,
    private readonly sessions: Sessions,
    private readonly audit: AuditTrail,
    private readonly profiles: ProfilesService,
    private readonly users: AccountUsers,
  ) {}

  /** The first account of a medium, or of a push service and app, becomes its default. */
  async create(actor: Actor, { provider, appId, ...change }: NewProviderAccount): Promise<ProviderAccountOutcome> {
    const definition = getProvider(provider);
    if (!definition) return failed(unknownProvider);
    const problem = appId === null ? null : await this.appProblem(actor, definition, appId);
    if (problem) return failed(problem);
    const account = Object.assign(new ProviderAccountEntity(), {
      id: newId(),
      projectId: actor.projectId,
      provider,
      medium: definition.medium,
      serves: servesOf(definition),
      appId,
      settings: {},
      sealedSecrets: null,
      secretHints: {},
      isDefault: false,
      messagesPerSecond: null,
      version: 0,
    });
    return this.store(actor, account, { definition, change: { settings: [], ...change } });
  }

  async update(
    actor: Actor,
    { id, version, ...change }: ProviderAccountChange & { id: string; version: number },
  ): Promise<ProviderAccountOutcome> {
    const account = await this.find(actor, id);
    const definition = account && getProvider(account.provider);
    if (!account || !definition) return failed(notFound);
    if (account.version !== version) return failed(conflict);
    return this.store(actor, account, { definition, change });
  }

  /** Tries the stored settings at the provider and remembers what came of it. */
  async verify(actor: Actor, id: string): Promise<ProviderAccountOutcome> {
    const account = await this.find(actor, id);
    const definition = account && getProvider(account.provider);
    if (!account || !definition) return failed(notFound);
    const problem = await this.sessions.verify(definition, this.sessions.settingsOf(account));
    await this.repository.recordCheck(this.transactions.pool, account, {
      state: problem ? 'FAILED' : 'ACTIVE',
      lastError: problem?.message ?? null,
      ...(problem ? {} : { lastVerifiedAt: new Date() }),
    });
    const problems = problem ? [settingProblem('VERIFICATION_FAILED', problem)] : [];
    return { account: await this.find(actor, id), problems };
  }

  /**
   * Erases the secrets; the next oldest account that serves the same becomes the default. Without one, the account stays as
   * long as something needs it.
   */
  delete(actor: Actor, id: string): Promise<ProviderAccountOutcome> {
    return this.transactions.run(async (tx) => {
      await this.repository.lockProject(tx, actor.projectId);
      const account = isUuid(id) ? await this.repository.lock(tx, actor.projectId, id) : null;
      if (!account) return failed(notFound);
      const needing = (await this.repository.hasSubstitute(tx, account)) ? [] : await this.users.of(tx, account);
      if (needing.length > 0) return failed(inUse(account, needing));
      await this.repository.erase(tx, account);
      await this.repository.ensureDefault(tx, account);
      const before = auditView(account);
      await this.audit.record(tx, actor, { action: 'provider-account.deleted', subject: subjectOf(account), before });
      return { account, problems: [] };
    });
  }

  private async find({ projectId }: Actor, id: string): Promise<ProviderAccountEntity | null> {
    return isUuid(id) ? this.repository.find(this.transactions.pool, projectId, id) : null;
  }

  private async appProblem(
    { projectId }: Actor,
    { name, pushService }: ProviderDefinition,
    appId: string,
  ): Promise<ProviderAccountProblem | null> {
    const path = ['appId'];
    if (!pushService)
      return { code: 'INVALID', path, message: `Accounts of ${name} are not for one app; leave it out` };
    const app = isUuid(appId) ? await this.profiles.app(this.transactions.pool, projectId, appId) : null;
    if (!app) return { code: 'NOT_FOUND', path, message: 'This project has no such app; list apps to see their ids' };
    const platforms = pushService === 'APNS' ? ['IOS'] : ['ANDROID', 'IOS'];
    if (platforms.includes(app.platform)) return null;
    const message = `${name} has no tokens of ${app.platform} apps; choose an app of ${platforms.join(' or ')}`;
    return { code: 'INVALID', path, message };
  }

  private async store(
    actor: Actor,
    account: ProviderAccountEntity,
    { definition, change }: { definition: ProviderDefinition; change: ProviderAccountChange },
  ): Promise<ProviderAccountOutcome> {
    const { name = account.name, messagesPerSecond = account.messagesPerSecond } = change;
    const changed = Object.assign(new ProviderAccountEntity(), account, { name, messagesPerSecond });
    if (change.settings) {
      const problems = await this.applySettings(changed, definition, change.settings);
      if (problems.length > 0) return failed(...problems);
    }
    return this.transactions.run((tx) => this.write(tx, actor, { changed, isDefault: change.isDefault === true }));
  }

  /** Puts checked settings into the account, or says what is wrong with them. */
  private async applySettings(
    account: ProviderAccountEntity,
    definition: ProviderDefinition,
    typed: TypedSetting[],
  ): Promise<ProviderAccountProblem[]> {
    const before = this.sessions.settingsOf(account);
    const made = account.version === 0 ? definition.makeSettings?.() : {};
    const { settings, problems } = readSettings(definition, { ...made, ...before }, typed);
    const invalid = problems.length > 0 ? problems : definition.validateSettings(settings);
    if (invalid.length > 0) return invalid.map((problem) => settingProblem('INVALID', problem));
    const repeat = secretsToRepeat(definition, { before, after: settings, typed });
    if (repeat.length > 0) return repeat.map((problem) => settingProblem('SECRET_NEEDED', problem));
    const refused = await this.sessions.verify(definition, settings);
    if (refused) return [settingProblem('VERIFICATION_FAILED', refused)];
    this.seal(account, definition, settings);
    return [];
  }

  private seal(account: ProviderAccountEntity, definition: ProviderDefinition, settings: ProviderSettings): void {
    const { plain, secrets } = splitSettings(definition, settings);
    Object.assign(account, {
      settings: plain,
      sealedSecrets: this.secrets.seal(JSON.stringify(secrets), account.id),
      secretHints: hintsOf(secrets),
      state: 'ACTIVE',
      lastVerifiedAt: new Date(),
      lastError: null,
    });
  }

  private async write(
    tx: Tx,
    actor: Actor,
    { changed, isDefault }: { changed: ProviderAccountEntity; isDefault: boolean },
  ): Promise<ProviderAccountOutcome> {
    await this.repository.lockProject(tx, actor.projectId);
    const before = await this.repository.lock(tx, actor.projectId, changed.id);
    if ((before?.version ?? 0) !== changed.version) return failed(before ? conflict : notFound);
    if (await this.repository.isNameTaken(tx, changed)) return failed(nameTaken);
    if (isDefault) await this.repository.unsetDefault(tx, changed);
    const isDefaultNow = isDefault || (before?.isDefault ?? false);
    Object.assign(changed, { isDefault: isDefaultNow, version: changed.version + 1, updatedAt: new Date() });
    await this.repository.save(tx, changed);
    await this.repository.ensureDefault(tx, changed);
    const account = await this.repository.find(tx, actor.projectId, changed.id);
    await this.audit.record(tx, actor, {
      action: before ? 'provider-account.updated' : 'provider-account.created',
      subject: subjectOf(changed),
      before: before && auditView(before),
      after: auditView(account ?? changed),
    });
    return { account, problems: [] };
  }
}

const subjectOf = ({ id }: ProviderAccountEntity) => ({ type: 'provider-account', id });

/** What may be remembered: hints of secrets, never secrets. */
function auditView(account: ProviderAccountEntity): Record<string, unknown> {
  const { provider, appId, name, settings, secretHints, isDefault, messagesPerSecond, version } = account;
  return { provider, appId, name, settings, secretHints, isDefault, messagesPerSecond, version };
}

const failed = (...problems: ProviderAccountProblem[]): ProviderAccountOutcome => ({ account: null, problems });

const unknownProvider: ProviderAccountProblem = {
  code: 'INVALID',
  path: ['provider'],
  message: 'There is no such provider; list providers to see their keys',
};

const notFound: ProviderAccountProblem = {
  code: 'NOT_FOUND',
  path: ['id'],
  message: 'This project has no such provider account; list providerAccounts to see their ids',
};

const conflict: ProviderAccountProblem = {
  code: 'CONFLICT',
  path: ['version'],
  message: 'Somebody else changed the account meanwhile; read it again and repeat the change',
};

const inUse = ({ serves }: ProviderAccountEntity, needing: string[]): ProviderAccountProblem => ({
  code: 'IN_USE',
  path: ['id'],
  message: `No other account takes its ${serves} messages, and they are not all sent: ${needing.join(', ')}. Set up another account for them first, or cancel these executions`,
});

const nameTaken: ProviderAccountProblem = {
  code: 'NAME_TAKEN',
  path: ['name'],
  message: 'Another provider account of this project has this name; choose a different one',
};
