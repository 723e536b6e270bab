import { hash as digest, randomBytes, timingSafeEqual } from 'node:crypto';
import { isUuid, Kept } from '@libs/foundation';
import type { EventSender, OptimoveClient, OptimoveStorage } from '@libs/optimove-client';
import { isRetryable, PlatformConfig, query, SecretBox, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { callbackAddress, webhookKind } from './domain/callback-address';
import type { ConnectionView } from './domain/connection-view';
import { ConnectionNotFoundError } from './domain/errors';
import { OptimoveClients } from './optimove-clients';
import type { ConnectionEntity } from './persistence/connection.entity';
import { ConnectionRepository } from './persistence/connection.repository';

interface CallbackAccess {
  view: ConnectionView;
  secretHash: Buffer;
  /** Opens the engagement webhook and nothing else; null without one. */
  webhookHash: Buffer | null;
}

/** What customer ids of a connection mean, as it was seen. */
export type Names = Pick<ConnectionView, 'id' | 'namesSince'>;

/** Who says to be Optimove. */
export interface Caller {
  connectionId: string;
  /** See {@link ConnectionsService.callbackSecretHash}. */
  secretHash: Buffer;
  /** Last part of the address. */
  kind: string;
}

const keeping = { keepMs: 5_000, most: 1_000 };
/** What a secret is compared with where there is none. */
const ofNobody = randomBytes(32);

/** What other modules may know of connections and do through them. */
@Injectable()
export class ConnectionsService {
  private readonly callbackAccess = new Kept<CallbackAccess | null>(keeping, (id) => this.askAccess(id));
  /** What was last known of connections, for when the database is away. */
  private readonly lastKnown = new Map<string, CallbackAccess>();

  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ConnectionRepository,
    private readonly clients: OptimoveClients,
    private readonly secrets: SecretBox,
    private readonly config: PlatformConfig,
  ) {}

  /** @throws {ConnectionNotFoundError} when the project has no such connection. */
  async get(projectId: string, id: string): Promise<ConnectionView> {
    const connection = await this.existing(projectId, id);
    if (!connection) throw new ConnectionNotFoundError(`Connection ${id} does not exist in this project`);
    return connection;
  }

  /** As {@link get}; null when the project has no such connection, or no longer. */
  async existing(projectId: string, id: string): Promise<ConnectionView | null> {
    const connection = isUuid(id) ? await this.repository.find(this.transactions.pool, projectId, id) : null;
    return connection && toView(connection);
  }

  /** By id alone, for workers; deleted ones too, so that what they left at Optimove can be taken back. */
  async find(id: string): Promise<ConnectionView | null> {
    const connection = await this.repository.findAny(this.transactions.pool, id);
    return connection && toView(connection);
  }

  /**
   * The connection and the deleted ones that it stands for: those of the project that had the address and the token with
   * which it was made, or stood for such. What went out over them is what Optimove names again. By the address alone they
   * are not known: accounts share it, and number their campaigns alike.
   */
  async withPredecessors(tx: Tx, id: string): Promise<string[]> {
    return [id, ...(await this.repository.predecessors(tx, id))];
  }

  /** The connections of the project to the account of this one that are not deleted, itself included unless it is. */
  ofSameAccount(tx: Tx, id: string): Promise<Pick<ConnectionView, 'id' | 'isDisabled'>[]> {
    return this.repository.ofSameAccount(tx, id);
  }

  /** The connections of the project to an account, also those that are off (disabled or deleted). */
  ofAccount(tx: Tx, projectId: string, accountId: string): Promise<{ id: string; isOff: boolean }[]> {
    return this.repository.ofAccount(tx, projectId, accountId);
  }

  /** Whether customer ids of the connection still mean whom they meant when its view was read, as of `tx`. */
  meansSame(tx: Tx, { id, namesSince }: Names): Promise<boolean> {
    return this.repository.isNamedSince(tx, id, namesSince);
  }

  /**
   * The same, and until `tx` ends they go on meaning them: for who writes down what customer ids say. Order of locks: who
   * gives them another meaning has the row of the connection, and then waits for those who are here; who comes here waits for
   * nobody. While they are about to mean others the answer is no: what is learnt then would be forgotten.
   */
  async holdMeaning(tx: Tx, { id, namesSince }: Names): Promise<boolean> {
    if (!(await this.repository.holdNames(tx, id))) return false;
    return this.repository.isNamedSince(tx, id, namesSince);
  }

  /** Whether nothing may be sent over the connection, as of `tx`. */
  async isDisabled(tx: Tx, id: string): Promise<boolean> {
    const rows = await query(tx, 'SELECT 1 FROM connection WHERE id = $1 AND NOT is_disabled', [id]);
    return rows.length === 0;
  }

  /** A client that keeps Optimove's limits together with all other processes. @throws {ConnectionNotFoundError} */
  clientFor(connectionId: string): Promise<OptimoveClient> {
    return this.clients.forConnection(connectionId);
  }

  /** A sender of signed events within the connection's budget. @throws {ConnectionNotFoundError} */
  eventSenderFor(connectionId: string, target: { url: string; tenantToken: string }): Promise<EventSender> {
    return this.clients.eventSender(connectionId, target);
  }

  /** The storage with the files of engagements; what opens them comes with each announcement. */
  storage(): OptimoveStorage {
    return this.clients.storage;
  }

  /**
   * The connection that a secret lets call back with this kind of call, or null; the time it takes says nothing about
   * the secret.
   */
  async authenticateCallback(caller: Caller): Promise<ConnectionView | null> {
    const access = await this.callbackAccessOf(caller.connectionId);
    return isRight(access, caller) ? access.view : null;
  }

  /** Whether the secret is wrong by what was last known of the connection; asks nobody, for when the database is away. */
  isStranger(caller: Caller): boolean {
    const access = this.lastKnown.get(caller.connectionId);
    return access !== undefined && !isRight(access, caller);
  }

  /** What may be written down of a callback secret, to check it later. */
  callbackSecretHash(secret: string): Buffer {
    return hash(secret);
  }

  /** The address to register at Optimove for one kind of callback. It contains the secret: never log or return it. */
  async callbackUrl(connection: Pick<ConnectionView, 'id'>, kind: string): Promise<string> {
    const stored = await this.repository.findAny(this.transactions.pool, connection.id);
    if (!stored) throw new ConnectionNotFoundError(`Connection ${connection.id} does not exist`);
    const secret = this.secrets.open(stored.callbackSecret, stored.id);
    return callbackAddress(this.config.PUBLIC_URL, { id: stored.id, secret, kind });
  }

  private async callbackAccessOf(connectionId: string): Promise<CallbackAccess | null> {
    if (!isUuid(connectionId)) return null;
    const access = await this.callbackAccess.get(connectionId);
    if (!access) this.callbackAccess.forget(connectionId);
    return access;
  }

  /** What was right a moment ago is better than turning callbacks away while the database is away. */
  private async askAccess(id: string): Promise<CallbackAccess | null> {
    const known = this.lastKnown.get(id);
    try {
      return await this.readAccess(id);
    } catch (error) {
      if (known && isRetryable(error)) return known;
      throw error;
    }
  }

  private async readAccess(id: string): Promise<CallbackAccess | null> {
    const connection = await this.repository.findAny(this.transactions.pool, id);
    this.lastKnown.delete(id);
    if (!connection || connection.deletedAt) return null;
    const secretHash = hash(this.secrets.open(connection.callbackSecret, connection.id));
    const access = { view: toView(connection), secretHash, webhookHash: connection.webhookSecretHash };
    if (this.lastKnown.size >= keeping.most) this.lastKnown.clear();
    this.lastKnown.set(id, access);
    return access;
  }
}

function isRight(access: CallbackAccess | null, { secretHash, kind }: Caller): access is CallbackAccess {
  const isListener = isSame(secretHash, access?.secretHash ?? ofNobody);
  const isWebhook = isSame(secretHash, access?.webhookHash ?? ofNobody) && kind === webhookKind;
  return access !== null && (isListener || isWebhook);
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function hash(text: string): Buffer {
  return digest('sha256', text, 'buffer');
}

/** A connection without its secrets. */
export function toView(connection: ConnectionEntity): ConnectionView {
  return {
    id: connection.id,
    projectId: connection.projectId,
    name: connection.name,
    accountId: connection.accountId,
    endpoint: connection.endpoint,
    timeZone: connection.timeZone,
    status: connection.isDisabled ? 'DISABLED' : connection.status,
    userIdAttribute: connection.userIdAttribute,
    namesSince: connection.namesSince ?? null,
    mobileNumberAttribute: connection.mobileNumberAttribute,
    treatImportedNumbersAsSubscribed: connection.treatImportedNumbersAsSubscribed,
    metricsMode: connection.metricsMode,
    pageSize: connection.pageSize,
    trustsShortPage: connection.trustsShortPage,
    isDisabled: connection.isDisabled,
    callbackAddresses: connection.callbackAddresses ?? [],
    triggeredPerMinute: connection.triggeredPerMinute ?? null,
    triggeredPerPersonPerHour: connection.triggeredPerPersonPerHour ?? null,
  };
}
