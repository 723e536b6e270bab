import { newId } from '@libs/foundation';
import { SecretBox, SecretUnreadableError, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { callbackAddress } from './domain/callback-address';
import { isSameEndpoint } from './domain/rules';
import { tokenDigest, tokenPurpose } from './domain/token-digest';
import type { ConnectionEntity } from './persistence/connection.entity';
import { ConnectionRepository } from './persistence/connection.repository';

/**
 * Knows an account of Optimove again, also when the connection to it was deleted: by address and token, or because it calls
 * an address of ours.
 */
@Injectable()
export class KnownAccounts {
  constructor(
    private readonly repository: ConnectionRepository,
    private readonly secrets: SecretBox,
  ) {}

  /**
   * That of the project's newest connection to the same address with the same token, or whose callbacks are among the
   * `listenerAddresses` of the account; or else a new one.
   */
  async find(tx: Tx, connection: ConnectionEntity, listenerAddresses: string[]): Promise<string> {
    const token = this.tokenOf(connection);
    if (token === null) return newId();
    const digests = this.secrets.derivedKeys(tokenPurpose).map((key) => tokenDigest(token, key));
    // Who connects the same account at the same time comes first or finds what we made.
    await this.repository.lockAccounts(tx, connection.projectId);
    const others = await this.repository.listEver(tx, connection.projectId);
    const hasSameToken = (other: ConnectionEntity): boolean =>
      this.tokenOf(other) === token || digests.some((digest) => other.apiTokenDigest?.equals(digest));
    const known = others.find(
      (other) =>
        (isSameEndpoint(other.endpoint, connection.endpoint) && hasSameToken(other)) ||
        this.isCalled(other, listenerAddresses),
    );
    return known?.accountId ?? newId();
  }

  /** By which the token is recognised once it is erased; null when it cannot be read any more. */
  digestOf(connection: ConnectionEntity): Buffer | null {
    const token = this.tokenOf(connection);
    const [key] = this.secrets.derivedKeys(tokenPurpose);
    return token !== null && key ? tokenDigest(token, key) : null;
  }

  /** Wherever we are reached: that may have changed since the address was registered. */
  private isCalled({ id, callbackSecret }: ConnectionEntity, listenerAddresses: string[]): boolean {
    const secret = this.open(id, callbackSecret);
    if (secret === null) return false;
    const path = callbackAddress('', { id, secret, kind: '' });
    return listenerAddresses.some((address) => address.includes(path));
  }

  private tokenOf({ id, apiToken }: ConnectionEntity): string | null {
    return apiToken === null ? null : this.open(id, apiToken);
  }

  private open(id: string, sealed: string): string | null {
    try {
      return this.secrets.open(sealed, id);
    } catch (error) {
      if (error instanceof SecretUnreadableError) return null;
      throw error;
    }
  }
}
