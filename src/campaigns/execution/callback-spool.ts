import { AppError } from '@libs/foundation';
import { Log, Spool } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CampaignsConfig } from '../campaigns.config';
import { AcceptCallback, type InboundCall } from './accept-callback';

/** A call whose sender could not be looked up: only a hash of the secret is kept. */
export type SpooledCall = Omit<InboundCall, 'connection' | 'isAgain'> & {
  connectionId: string;
  secretHash: Buffer;
};

type Written = Record<'callId' | 'connectionId' | 'secretHash' | 'kind' | 'receivedAt' | 'body' | 'from', string> & {
  contentType: string | null;
  isCut: boolean;
};

const drainEveryMs = 1_000;

/** Keeps triggered calls in a file of this process while the database is away, and takes them in when it is back. */
@Injectable()
export class CallbackSpool implements OnModuleInit, OnModuleDestroy {
  private readonly spool: Spool;
  /** Calls that cannot be taken in, each with its reason; nobody but a person looks at them. */
  private readonly refused: Spool;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly connections: ConnectionsService,
    private readonly acceptCallback: AcceptCallback,
    private readonly log: Log,
    config: CampaignsConfig,
  ) {
    const limits = {
      folder: config.CALLBACK_SPOOL_FOLDER,
      maxBytes: config.CALLBACK_SPOOL_MEGABYTES * 1024 * 1024,
    };
    this.spool = new Spool({ ...limits, prefix: 'callbacks' });
    this.refused = new Spool({ ...limits, prefix: 'callbacks-refused' });
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.drain(), drainEveryMs);
  }

  onModuleDestroy(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** Resolves when the call would survive a power cut. @throws {SpoolFullError} and faults of the disk. */
  keep(call: SpooledCall): Promise<void> {
    const { secretHash, receivedAt, body, ...rest } = call;
    const written: Written = {
      ...rest,
      secretHash: secretHash.toString('base64'),
      receivedAt: receivedAt.toISOString(),
      body: body.toString('base64'),
    };
    return this.spool.keep(written);
  }

  private async drain(): Promise<void> {
    try {
      const count = await this.spool.drain(async (records) => {
        // Together, because they are committed together; one that fails keeps none of the others waiting.
        const taken = await Promise.allSettled(records.map((record) => this.takeIn(record as Written)));
        const failed = taken.flatMap((each, index) =>
          each.status === 'rejected' ? [{ call: records[index] as Written, error: each.reason as unknown }] : [],
        );
        const waiting = failed.find(({ error }) => !isOfTheCall(error));
        if (waiting) throw waiting.error;
        for (const { call, error } of failed) await this.putAside(call, error);
      });
      if (count > 0) this.log.event('callback.spool-drained', { calls: count });
    } catch (error) {
      this.log.failure('callback.spool-not-drained', error);
    }
  }

  private async putAside(call: Written, error: unknown): Promise<void> {
    const { callId, connectionId } = call;
    await this.refused.keep({ ...call, reason: error instanceof Error ? error.message : String(error) });
    this.log.failure('callback.spooled-not-taken', error, { callId, connectionId });
  }

  private async takeIn(written: Written): Promise<void> {
    const { secretHash, connectionId, receivedAt, body, ...rest } = written;
    const secret = { connectionId, kind: rest.kind, secretHash: Buffer.from(secretHash, 'base64') };
    const connection = await this.connections.authenticateCallback(secret);
    if (!connection) return this.log.event('callback.spooled-by-stranger', { connectionId }, 'warn');
    const call = { ...rest, connection, receivedAt: new Date(receivedAt), body: Buffer.from(body, 'base64') };
    await this.acceptCallback.accept({ ...call, isAgain: true });
  }
}

/** Whether the call itself is what cannot be stored: any other fault may pass, or is met by all calls. */
function isOfTheCall(error: unknown): boolean {
  if (error instanceof AppError) return !error.retryable;
  const { code, driverError } = error as { code?: string; driverError?: { code?: string } };
  return (driverError?.code ?? code ?? '').startsWith('22');
}
