import { Log, Transactions } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { EngagementBatch, EngagementSetting } from '../domain/engagement';
import { waitSeconds } from '../domain/metric';
import { EngagementBatchRepository } from '../persistence/engagement-batch.repository';
import { EngagementEventRepository } from '../persistence/engagement-event.repository';
import { EngagementSettingRepository } from '../persistence/engagement-setting.repository';
import { type CallOutcome, outcomeOf } from '../roads/call-outcome';
import type { EngagementMessage } from '../roads/engagement-message';
import { EventsRoad } from '../roads/events.road';
import { InteractionsRoad } from '../roads/interactions.road';
import type { Road } from '../roads/road';
import { HandOnEngagement } from './hand-on-engagement';

type Failure = Exclude<CallOutcome, { outcome: 'ACKNOWLEDGED' }>;

/** So many refusals of a message in a run, and nobody taken: it is not the customers. */
const mostRefusals = 25;
/** Well below the clock's lease, so that the last call of a run ends while the lease is still held. */
const longestRunMs = 25_000;

/** What a run has met of one message: refusals since somebody was last taken. */
type Refusals = Map<string, number>;

/** Posts batches of customers, and keeps what became of each. */
@Injectable()
export class PostEngagement {
  private readonly roads: Record<EngagementBatch['road'], Road<EngagementMessage>>;

  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly settings: EngagementSettingRepository,
    private readonly events: EngagementEventRepository,
    private readonly batches: EngagementBatchRepository,
    private readonly handOn: HandOnEngagement,
    private readonly log: Log,
    interactions: InteractionsRoad,
    signedEvents: EventsRoad,
  ) {
    this.roads = { INTERACTIONS: interactions, EVENTS: signedEvents };
  }

  /** Posts until nothing of the connection is due, Optimove fails, or the run is long. The caller holds the connection's lease. */
  async run(connectionId: string): Promise<void> {
    const { pool } = this.transactions;
    // Before its setting: the last word keeps here what a move since then would bring to another account.
    const connection = await this.connections.find(connectionId);
    if (!connection) return;
    const setting = await this.settings.of(pool, { projectId: connection.projectId, connectionId });
    await this.batches.doubtInterrupted(pool, connectionId, setting.onDoubt);
    await this.handOn.ofConnection(connectionId);
    if (!(await this.connections.existing(connection.projectId, connectionId))) return;
    await this.makeBatches(connection, setting);
    await this.expire(connectionId);
    if (connection.isDisabled) return this.batches.putOff(pool, connectionId);
    const endsAt = performance.now() + longestRunMs;
    const refusals: Refusals = new Map();
    while (performance.now() < endsAt && (await this.postNext(connection, setting, refusals)));
  }

  /** What is too old is parted from the rest first. */
  private expire(connectionId: string): Promise<void> {
    return this.transactions.run(async (tx) => {
      for (const { tooOld, ...batch } of await this.batches.partlyTooOld(tx, connectionId)) {
        await this.events.move(tx, tooOld, await this.batches.split(tx, batch, tooOld.length));
      }
      await this.batches.expire(tx, connectionId);
    });
  }

  private async makeBatches(connection: ConnectionView, { road, everyMinutes }: EngagementSetting): Promise<void> {
    if (road === 'NONE') return this.events.dropWaiting(this.transactions.pool, connection.id);
    const isDue = await this.events.isDue(this.transactions.pool, { connectionId: connection.id, everyMinutes });
    if (!isDue) return;
    const limit = this.roads[road].largest;
    const { projectId, id: connectionId, accountId } = connection;
    const owner = { projectId, connectionId, accountId, road };
    for (const key of await this.events.keys(this.transactions.pool, connection)) {
      while ((await this.events.fill(this.transactions.pool, owner, { key, limit })) > 0);
    }
  }

  /** Whether more may be due. */
  private async postNext(connection: ConnectionView, setting: EngagementSetting, refusals: Refusals): Promise<boolean> {
    const batch = await this.batches.take(this.transactions.pool, connection);
    if (!batch) return false;
    const customers = await this.events.ofBatch(this.transactions.pool, batch.id);
    const call = await outcomeOf(() => this.roads[batch.road].tell(connection, { batch, setting, customers }));
    if (call.outcome === 'ACKNOWLEDGED') return this.acknowledge(batch, refusals);
    this.log.failure('postbacks.engagement-not-posted', call.cause, { connectionId: connection.id, batchId: batch.id });
    if (call.outcome === 'REFUSED') return this.divide(batch, call, refusals);
    await this.wait(batch, call, setting);
    return false;
  }

  private async acknowledge(batch: EngagementBatch, refusals: Refusals): Promise<boolean> {
    refusals.delete(messageOf(batch));
    const result = { state: 'ACKNOWLEDGED', error: null, waitSeconds: 0, isDoubted: false } as const;
    await this.batches.end(this.transactions.pool, batch.id, result);
    this.log.event('postbacks.engagement-posted', { connectionId: batch.connectionId, customers: batch.customers });
    return true;
  }

  /** A refused batch is halved until the customer at fault stands alone, or the message itself turns out to be at fault. */
  private divide(batch: EngagementBatch, { error, isDivisible }: Failure, refusals: Refusals): Promise<boolean> {
    const message = messageOf(batch);
    const met = (refusals.get(message) ?? 0) + 1;
    refusals.set(message, met);
    return this.transactions.run(async (tx) => {
      if (isDivisible && batch.customers > 1 && met < mostRefusals) {
        const rows = await this.events.ofBatch(tx, batch.id);
        const half = rows.slice(Math.ceil(rows.length / 2)).map(({ id }) => id);
        await this.events.move(tx, half, await this.batches.split(tx, batch, half.length));
        return true;
      }
      await this.batches.end(tx, batch.id, { state: 'REFUSED', error, waitSeconds: 0, isDoubted: false });
      if (met >= mostRefusals) await this.batches.refuseRest(tx, batch, error);
      return true;
    });
  }

  private async wait(
    batch: EngagementBatch,
    { outcome, error }: Failure,
    { onDoubt }: EngagementSetting,
  ): Promise<void> {
    const isDoubted = outcome === 'DOUBT';
    const state = isDoubted && onDoubt === 'KEEP' ? 'UNCERTAIN' : 'OWED';
    const result = { state, error, waitSeconds: waitSeconds(batch.tries + 1), isDoubted } as const;
    await this.batches.end(this.transactions.pool, batch.id, result);
  }
}

function messageOf(batch: EngagementBatch): string {
  const { optimoveCampaignId, optimoveChannelId, optimoveTemplateId, event, day } = batch;
  return [optimoveCampaignId, optimoveChannelId, optimoveTemplateId, event, day].join(' ');
}
