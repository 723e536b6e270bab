import { Transactions } from '@libs/platform';
import { DeliveryService, KeptMessagesService } from '@modules/channels';
import { Injectable } from '@nestjs/common';
import { StopRepository, type StopScope } from '../persistence/ledger/stop.repository';

/** What was accepted and has not reached anybody yet, as far as can be known. */
export interface AcceptedForLater {
  /** Texts that a provider accepted and has not reported an end of. */
  texts: number;
  /** Inbox, in-app and on-site messages that nobody has fetched. */
  keptMessages: number;
}

/** What a stop comes too late for. */
export interface Gone {
  handedOver: number;
  acceptedForLater: AcceptedForLater;
}

/** Counts what has gone of executions, and what of it still lies with somebody. */
@Injectable()
export class CountGone {
  constructor(
    private readonly transactions: Transactions,
    private readonly stops: StopRepository,
    private readonly delivery: DeliveryService,
    private readonly kept: KeptMessagesService,
  ) {}

  /** Of each of these executions of the project, through one provider account or all of them. */
  async of(projectId: string, executionIds: string[], accountId: string | null = null): Promise<Map<string, Gone>> {
    const { pool } = this.transactions;
    const handedOver = await this.stops.handedOver(pool, projectId, { executionIds, accountId });
    const accepted = await this.acceptedForLater(projectId, executionIds, accountId);
    return new Map(
      [...accepted].map(([id, acceptedForLater]) => [id, { handedOver: handedOver.get(id) ?? 0, acceptedForLater }]),
    );
  }

  /** What lies with somebody still, of each of these executions of the project, through one provider account or all of them. */
  async acceptedForLater(
    projectId: string,
    executionIds: string[],
    accountId: string | null = null,
  ): Promise<Map<string, AcceptedForLater>> {
    const texts = await this.textsOnTheirWay(projectId, executionIds, accountId);
    const waiting = await this.kept.waiting(projectId, { batchIds: executionIds, accountId });
    return new Map(executionIds.map((id) => [id, { texts: texts.get(id) ?? 0, keptMessages: waiting.get(id) ?? 0 }]));
  }

  private async textsOnTheirWay(
    projectId: string,
    executionIds: string[],
    accountId: string | null,
  ): Promise<Map<string, number>> {
    const reporting = await this.delivery.accountsThatReport(projectId);
    const accountIds = reporting.filter((id) => accountId === null || id === accountId);
    if (accountIds.length === 0) return new Map();
    return this.stops.textsOnTheirWay(this.transactions.pool, projectId, { executionIds, accountIds });
  }

  /** Of the executions in a scope that have not ended, together. */
  async inScope(projectId: string, { scope, scopeId }: { scope: StopScope; scopeId: string }): Promise<Gone> {
    const ids = await this.stops.runningIn(this.transactions.pool, projectId, { scope, scopeId });
    const accountId = scope === 'PROVIDER_ACCOUNT' ? scopeId : null;
    const each = [...(await this.of(projectId, ids, accountId)).values()];
    const sum = (count: (gone: Gone) => number): number => each.reduce((total, gone) => total + count(gone), 0);
    return {
      handedOver: sum((gone) => gone.handedOver),
      acceptedForLater: {
        texts: sum((gone) => gone.acceptedForLater.texts),
        keptMessages: sum((gone) => gone.acceptedForLater.keptMessages),
      },
    };
  }
}
