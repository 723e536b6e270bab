import { newId } from '@libs/foundation';
import { SecretBox, SecretUnreadableError, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { isSameEndpoint } from './domain/rules';
import { tokenDigest, tokenPurpose } from './domain/token-digest';
import type { ConnectionEntity } from './persistence/connection.entity';
import { ConnectionRepository } from './persistence/connection.repository';

/** Knows an account of Optimove again by address and token, also when the connection to it was deleted. */
@Injectable()
export class KnownAccounts {
  constructor(
    private readonly repository: ConnectionRepository,
    private readonly secrets: SecretBox,
  ) {}

  /** That of the project's newest connection to the same address with the same token, or else a new one. */
  async find(tx: Tx, connection: ConnectionEntity): Promise<string> {
    const token = this.tokenOf(connection);
    if (token === null) return newId();
    const digests = this.secrets.derivedKeys(tokenPurpose).map((key) => tokenDigest(token, key));
    const others = await this.repository.listEver(tx, connection.projectId);
    const hasSameToken = (other: ConnectionEntity): boolean =>
      this.tokenOf(other) === token || digests.some((digest) => other.apiTokenDigest?.equals(digest));
    const known = others.find((other) => isSameEndpoint(other.endpoint, connection.endpoint) && hasSameToken(other));
    return known?.accountId ?? newId();
  }

  /** By which the token is recognised once it is erased; null when it cannot be read any more. */
  digestOf(connection: ConnectionEntity): Buffer | null {
    const token = this.tokenOf(connection);
    const [key] = this.secrets.derivedKeys(tokenPurpose);
    return token !== null && key ? tokenDigest(token, key) : null;
  }

  private tokenOf({ id, apiToken }: ConnectionEntity): string | null {
    if (apiToken === null) return null;
    try {
      return this.secrets.open(apiToken, id);
    } catch (error) {
      if (error instanceof SecretUnreadableError) return null;
      throw error;
    }
  }
}
