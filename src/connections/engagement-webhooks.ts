import { createHash, randomBytes } from 'node:crypto';
import { PlatformConfig, Transactions } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { callbackAddress, webhookKind } from './domain/callback-address';
import type { ConnectionProblem } from './domain/connection-settings';
import { ConnectionRepository } from './persistence/connection.repository';

/** The new address, or why there is none. */
export interface RenewedWebhook {
  url: string | null;
  problems: ConnectionProblem[];
}

/**
 * The addresses that people enter in Optimove's Webhook Configuration (event 14). Their secret is not the one of the
 * listeners that we register ourselves: it is shown once, only its hash is kept, and it opens nothing else.
 */
@Injectable()
export class EngagementWebhooks {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ConnectionRepository,
    private readonly audit: AuditTrail,
    private readonly config: PlatformConfig,
  ) {}

  /** Makes a new address; an earlier one stops working within seconds. */
  async renew(actor: Actor, id: string): Promise<RenewedWebhook> {
    const secret = randomBytes(24).toString('base64url');
    const isDone = await this.transactions.run(async (tx) => {
      const secretHash = createHash('sha256').update(secret).digest();
      if (!(await this.repository.setWebhookSecret(tx, { projectId: actor.projectId, id, secretHash }))) return false;
      await this.audit.record(tx, actor, { action: 'connection.webhook-renewed', subject: { type: 'connection', id } });
      return true;
    });
    if (!isDone) return { url: null, problems: [notFound] };
    return { url: callbackAddress(this.config.PUBLIC_URL, { id, secret, kind: webhookKind }), problems: [] };
  }
}

const notFound: ConnectionProblem = {
  code: 'NOT_FOUND',
  path: ['id'],
  message: 'This project has no such connection; list connections to see their ids',
};
