import { randomBytes } from 'node:crypto';
import { newId } from '@libs/foundation';
import { Outbox, PlatformConfig, SecretBox, Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { AccessCheck } from './access-check';
import { toView } from './connections.service';
import { DeletionConsequences } from './deletion-consequences';
import { type ConnectionProblem, type ConnectionSettings, problemsOf } from './domain/connection-settings';
import {
  accountLeft,
  callsTakenOver,
  connectionDeleted,
  connectionEnabled,
  tokenReplaced,
  userIdAttributeChanged,
} from './domain/events';
import { hintOf, isSameEndpoint, tokenKeptHours } from './domain/rules';
import { forgetTokenJob } from './jobs/connections.jobs';
import { KnownAccounts } from './known-accounts';
import { ConnectionEntity } from './persistence/connection.entity';
import { ConnectionRepository } from './persistence/connection.repository';

/** The connection as it is now, or what the caller has to mend. */
export type ConnectionOutcome =
  | { connection: ConnectionEntity; problems: [] }
  | { connection: null; problems: ConnectionProblem[] };

/** What became of a deletion. */
export interface DeletionOutcome {
  deletedId: string | null;
  consequences: string[];
  problems: ConnectionProblem[];
}

interface Written {
  changed: ConnectionEntity;
  expectedVersion: number;
  action: string;
  /** Those of the account, where it may be another one. */
  listenerAddresses: string[];
}

const hourMs = 3_600_000;

/** Connects, changes, disables and deletes Optimove accounts. Network calls happen before the transaction. */
@Injectable()
export class ManageConnections {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly repository: ConnectionRepository,
    private readonly secrets: SecretBox,
    private readonly accounts: KnownAccounts,
    private readonly audit: AuditTrail,
    private readonly check: AccessCheck,
    private readonly consequences: DeletionConsequences,
    private readonly config: PlatformConfig,
  ) {}

  /** Stores the connection only when Optimove accepts the token at the endpoint. */
  async create(actor: Actor, settings: ConnectionSettings & { apiToken: string }): Promise<ConnectionOutcome> {
    const id = newId();
    const connection = Object.assign(new ConnectionEntity(), {
      id,
      projectId: actor.projectId,
      callbackSecret: this.newCallbackSecret(id),
      lastSuccessAt: new Date(),
      version: 0,
    });
    return this.store(actor, connection, { ...settings, action: 'connection.created' });
  }

  /** Changes what is given and keeps the rest; a new token or endpoint is checked at Optimove first. */
  async update(
    actor: Actor,
    id: string,
    change: ConnectionSettings & { apiToken?: string; version: number },
  ): Promise<ConnectionOutcome> {
    const connection = await this.repository.find(this.transactions.pool, actor.projectId, id);
    if (!connection) return failed(notFound());
    if (connection.version !== change.version) return failed(conflict());
    return this.store(actor, connection, { ...change, action: 'connection.updated' });
  }

  /** While disabled, Optimove's calls are noted and nothing is sent; other connections to the account have them instead. */
  async setDisabled(actor: Actor, id: string, isDisabled: boolean): Promise<ConnectionOutcome> {
    return this.transactions.run(async (tx) => {
      const connection = await this.repository.lock(tx, actor.projectId, id);
      if (!connection) return failed(notFound());
      const isEnabled = connection.isDisabled && !isDisabled;
      if (isEnabled) connection.enabledAt = new Date();
      Object.assign(connection, { isDisabled, version: connection.version + 1, updatedAt: new Date() });
      const action = isDisabled ? 'connection.disabled' : 'connection.enabled';
      await this.audit.record(tx, actor, { action, subject: subjectOf(connection) });
      if (isDisabled) await this.giveCallsAway(tx, connection);
      const at = String(connection.version);
      if (isEnabled) await this.outbox.publish(tx, connectionEnabled, { connectionId: id, at });
      return { connection: await this.repository.save(tx, connection), problems: [] };
    });
  }

  /** Deletes once the caller has accepted the consequences; history stays. */
  async delete(actor: Actor, id: string, acceptsConsequences: boolean): Promise<DeletionOutcome> {
    const found = await this.repository.find(this.transactions.pool, actor.projectId, id);
    if (!found) return { deletedId: null, consequences: [], problems: [notFound()] };
    const consequences = await this.consequences.of(toView(found));
    if (!acceptsConsequences) return { deletedId: null, consequences, problems: [notAccepted()] };
    await this.transactions.run(async (tx) => {
      const connection = await this.repository.lock(tx, actor.projectId, id);
      if (!connection) return;
      await this.repository.delete(tx, id, this.accounts.digestOf(connection));
      await this.audit.record(tx, actor, { action: 'connection.deleted', subject: subjectOf(connection) });
      await this.outbox.publish(tx, connectionDeleted, { connectionId: id });
      const runAt = new Date(Date.now() + tokenKeptHours * hourMs);
      await this.outbox.enqueue(tx, forgetTokenJob, { connectionId: id }, { runAt });
    });
    return { deletedId: id, consequences, problems: [] };
  }

  private async store(
    actor: Actor,
    connection: ConnectionEntity,
    {
      action,
      apiToken,
      version,
      ...settings
    }: ConnectionSettings & { apiToken?: string; version?: number; action: string },
  ): Promise<ConnectionOutcome> {
    const isNewEndpoint = settings.endpoint !== undefined && settings.endpoint !== connection.endpoint;
    if (isNewEndpoint && apiToken === undefined && connection.apiToken) return failed(tokenNeeded());
    const expectedVersion = connection.version;
    const changed = Object.assign(connection, settings);
    const problems = problemsOf(changed, this.config.OUTBOUND_ALLOW_PRIVATE);
    if (problems.length > 0) return failed(...problems);
    let listenerAddresses: string[] = [];
    if (apiToken !== undefined) {
      const answers = await this.check.ask({ ...changed, apiKey: apiToken, isNewAddress: isNewEndpoint });
      if (answers.problems.length > 0) return failed(...answers.problems);
      this.setToken(changed, apiToken);
      listenerAddresses = answers.listenerAddresses;
    }
    const written = { changed, expectedVersion, action, listenerAddresses };
    try {
      return await this.transactions.run((tx) => this.write(tx, actor, written));
    } catch (error) {
      if (isNameClash(error)) return failed(nameTaken());
      throw error;
    }
  }

  private async write(
    tx: Tx,
    actor: Actor,
    { changed, expectedVersion, action, listenerAddresses }: Written,
  ): Promise<ConnectionOutcome> {
    const before = await this.repository.lock(tx, actor.projectId, changed.id);
    if (before && before.version !== expectedVersion) return failed(conflict());
    if (!before && expectedVersion > 0) return failed(notFound());
    if (await this.repository.isNameTaken(tx, changed)) return failed(nameTaken());
    Object.assign(changed, { version: expectedVersion + 1, updatedAt: new Date() });
    if (!before || !isSameEndpoint(before.endpoint, changed.endpoint)) {
      const accountId = await this.accounts.find(tx, changed, listenerAddresses);
      if (before && before.accountId !== accountId) await this.leaveAccount(tx, changed);
      changed.accountId = accountId;
    }
    if (before && !hasSameNames(before, changed)) await this.nameAnew(tx, changed);
    const connection = await this.repository.save(tx, changed);
    await this.audit.record(tx, actor, {
      action,
      subject: subjectOf(changed),
      before: before && auditView(before),
      after: auditView(connection),
    });
    if (before) await this.tellOfChange(tx, before, connection);
    return { connection, problems: [] };
  }

  private async tellOfChange(tx: Tx, before: ConnectionEntity, after: ConnectionEntity): Promise<void> {
    const change = { connectionId: after.id, at: String(after.version) };
    if (before.apiToken !== after.apiToken) await this.outbox.publish(tx, tokenReplaced, change);
    if (before.userIdAttribute !== after.userIdAttribute) {
      await this.outbox.publish(tx, userIdAttributeChanged, change);
    }
  }

  /** Calls of the account are strangers' from now on, also those of its engagement webhook. */
  private async leaveAccount(tx: Tx, connection: ConnectionEntity): Promise<void> {
    await this.giveCallsAway(tx, connection);
    const { id: connectionId, version } = connection;
    await this.outbox.publish(tx, accountLeft, { connectionId, at: String(version) });
    await this.outbox.publish(tx, callsTakenOver, { connectionId, formerId: connectionId, at: String(version) });
    connection.callbackSecret = this.newCallbackSecret(connectionId);
    connection.webhookSecretHash = null;
    connection.webhookSecretSetAt = null;
  }

  /** What was learnt of customers by their ids is nobody's from now on; who is learning comes to an end before. */
  private async nameAnew(tx: Tx, connection: ConnectionEntity): Promise<void> {
    await this.repository.lockNames(tx, connection.id);
    connection.namesSince = new Date();
  }

  /** To the connections in use to the account that this one has in the database. */
  private async giveCallsAway(tx: Tx, { id: formerId, version }: ConnectionEntity): Promise<void> {
    for (const { id: connectionId, isDisabled } of await this.repository.ofSameAccount(tx, formerId)) {
      if (connectionId === formerId || isDisabled) continue;
      await this.outbox.publish(tx, callsTakenOver, { connectionId, formerId, at: String(version) });
    }
  }

  private newCallbackSecret(connectionId: string): string {
    return this.secrets.seal(randomBytes(24).toString('base64url'), connectionId);
  }

  private setToken(connection: ConnectionEntity, apiToken: string): void {
    connection.apiToken = this.secrets.seal(apiToken, connection.id);
    connection.apiTokenHint = hintOf(apiToken);
    connection.apiTokenSetAt = new Date();
    connection.status = 'ACTIVE';
    connection.lastError = null;
    connection.lastErrorAt = null;
  }
}

/** Somebody took the name between our look and our write. */
function isNameClash(error: unknown): boolean {
  return (error as { driverError?: { constraint?: string } }).driverError?.constraint === 'uq_connection_name';
}

/** Whether customer ids of both mean the same people. */
function hasSameNames(one: ConnectionEntity, other: ConnectionEntity): boolean {
  return one.accountId === other.accountId && one.userIdAttribute === other.userIdAttribute;
}

const subjectOf = ({ id }: ConnectionEntity) => ({ type: 'connection', id });

function auditView(connection: ConnectionEntity): Record<string, unknown> {
  return { ...toView(connection), apiTokenHint: connection.apiTokenHint, callsPerSecond: connection.callsPerSecond };
}

const failed = (...problems: ConnectionProblem[]): ConnectionOutcome => ({ connection: null, problems });

const notFound = (): ConnectionProblem => ({
  code: 'NOT_FOUND',
  path: ['id'],
  message: 'This project has no such connection; list connections to see their ids',
});

const conflict = (): ConnectionProblem => ({
  code: 'CONFLICT',
  path: ['version'],
  message: 'Somebody else changed the connection meanwhile; read it again and repeat the change',
});

const nameTaken = (): ConnectionProblem => ({
  code: 'NAME_TAKEN',
  path: ['name'],
  message: 'Another connection of this project has this name; choose a different one',
});

const tokenNeeded = (): ConnectionProblem => ({
  code: 'INVALID',
  path: ['apiToken'],
  message: 'A changed endpoint needs the API token again, so that the stored one is never sent to a new address',
});

const notAccepted = (): ConnectionProblem => ({
  code: 'CONSEQUENCES_NOT_ACCEPTED',
  path: ['acceptConsequences'],
  message: 'Read the consequences and repeat with acceptConsequences: true',
});
