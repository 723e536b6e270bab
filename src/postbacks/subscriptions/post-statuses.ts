import { AppError, newId, toError } from '@libs/foundation';
import { largestPreference, OptimoveRejectedError } from '@libs/optimove-client';
import { Log, Transactions } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { doubtSeconds, type SubscriptionSetting, type SubscriptionTarget } from '../domain/subscription-status';
import { SubscriptionPostRepository } from '../persistence/subscription-post.repository';
import { type StatusBatch, SubscriptionStatusRepository } from '../persistence/subscription-status.repository';
import { SubscriptionTargetRepository } from '../persistence/subscription-target.repository';
import { failureOf } from '../roads/call-outcome';
import { FormerNamesError, LastWord } from '../roads/last-word';

/** One post under way. */
interface Post extends StatusBatch {
  id: string;
  /** An instant of `performance.now()`: a refused list is not halved any further after it. */
  endsAt: number;
  mode: number;
  target: SubscriptionTarget;
  setting: SubscriptionSetting;
  /** As it was when its customers were named. */
  connection: ConnectionView;
}

const longestError = 500;
const badRequest = 400;
const retrySeconds = 60;
const keptDays = 90;
/** So many customers from all over a list, each refused alone: it is not the customers. */
const probes = 16;
/** By so much shorter are the lists after one whose halving ran out of time. */
const shortenedBy = 32;

/** A refused list was not halved to its end: the time is up, or another worker has ended the post. */
class CutShortError extends AppError {
  readonly code = 'SUBSCRIPTION_POST_CUT_SHORT';
  readonly retryable = true;
}

/** Posts the owed status of customers, at most 50,000 in one call, and keeps what Optimove acknowledged. */
@Injectable()
export class PostStatuses {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly targets: SubscriptionTargetRepository,
    private readonly statuses: SubscriptionStatusRepository,
    private readonly posts: SubscriptionPostRepository,
    private readonly tasks: Tasks,
    private readonly log: Log,
    private readonly lastWord: LastWord,
  ) {}

  /** Posts until nothing is due or the time is up. One worker at a time for a connection. */
  async run(connection: ConnectionView, setting: SubscriptionSetting, endsAt: number): Promise<void> {
    await this.doubtInterrupted(connection.id);
    while (performance.now() < endsAt && (await this.postNext(connection, setting, endsAt)));
    const owner = { projectId: connection.projectId, connectionId: connection.id };
    await this.posts.forget(this.transactions.pool, owner, keptDays);
  }

  /** What a process that died had posted may be under way at Optimove. */
  private async doubtInterrupted(connectionId: string): Promise<void> {
    for (const postId of await this.posts.interrupted(this.transactions.pool, connectionId)) {
      await this.giveUp(postId, 'The process ended before Optimove answered', doubtSeconds);
    }
  }

  /** Whether something was posted. */
  private async postNext(connection: ConnectionView, setting: SubscriptionSetting, endsAt: number): Promise<boolean> {
    const batch = await this.statuses.due(this.transactions.pool, connection.id);
    const targets = await this.targets.active(this.transactions.pool, connection.id);
    const target = targets.find(({ id }) => id === batch?.targetId);
    if (!batch || !target) return false;
    const mode = batch.status === 'SUBSCRIBED' ? setting.subscribedMode : setting.unsubscribedMode;
    const post: Post = { ...batch, id: newId(), mode, target, setting, connection, endsAt };
    const customerIds = await this.take(post);
    return customerIds.length > 0 && this.call(post, customerIds);
  }

  /** @returns the customers; nobody where customer ids do not mean any more whom they meant. */
  private take(post: Post): Promise<string[]> {
    const { id, status, mode, targetId } = post;
    const { id: connectionId, projectId, namesSince } = post.connection;
    return this.transactions.run(async (tx) => {
      const customerIds = await this.statuses.take(tx, { projectId, connectionId, namesSince }, post, id);
      const customers = customerIds.length;
      if (customers > 0)
        await this.posts.start(tx, { projectId, connectionId, targetId }, { id, status, mode, customers });
      return customerIds;
    });
  }

  private async call(post: Post, customerIds: string[]): Promise<boolean> {
    try {
      const refused = await this.sendAll(post, customerIds);
      await this.end(post, refused);
      return true;
    } catch (error) {
      if (error instanceof CutShortError) return this.cutShort(post, customerIds.length, error);
      if (error instanceof FormerNamesError) return this.putBack(post, error);
      this.log.failure('postbacks.subscription-not-posted', error, { connectionId: post.setting.connectionId });
      const message = toError(error).message.slice(0, longestError);
      const isRefused = error instanceof OptimoveRejectedError;
      const isCertain = isRefused || failureOf(error) === 'NOT_REACHED';
      if (isRefused) await this.targets.hold(this.transactions.pool, post.target.id, message);
      await this.giveUp(post.id, message, isCertain ? retrySeconds : doubtSeconds, isRefused);
      return isRefused;
    }
  }

  /** What Optimove took of the list is acknowledged; the rest goes on in shorter ones. */
  private async cutShort(post: Post, customers: number, { message }: CutShortError): Promise<boolean> {
    const shorter = Math.max(probes + 1, Math.ceil(customers / shortenedBy));
    await this.targets.setLongestList(this.transactions.pool, post.targetId, shorter);
    await this.giveUp(post.id, message, 0, true);
    return false;
  }

  /** What had not gone out is owed as before, until it is forgotten with the names. */
  private async putBack(post: Post, { message }: FormerNamesError): Promise<boolean> {
    await this.giveUp(post.id, message, 0);
    return false;
  }

  /** @returns how many were refused. @throws {OptimoveRejectedError} when Optimove takes nobody on this channel. */
  private async sendAll(post: Post, customerIds: string[]): Promise<number> {
    const refusal = await this.send(post, customerIds);
    if (!refusal) return 0;
    if (customerIds.length > probes && !(await this.takesAnybody(post, customerIds))) throw refusal;
    return this.divide(post, customerIds, refusal);
  }

  /** A refused list is halved until the customer at fault stands alone. */
  private async divide(post: Post, customerIds: string[], refusal: OptimoveRejectedError): Promise<number> {
    if (customerIds.length === 1) return this.refuse(post, customerIds, refusal);
    const half = Math.ceil(customerIds.length / 2);
    let refused = 0;
    for (const part of [customerIds.slice(0, half), customerIds.slice(half)]) {
      const again = await this.sendPart(post, part, post.endsAt);
      if (again) refused += await this.divide(post, part, again);
    }
    return refused;
  }

  /** A handful of calls, which the lease outlasts: they are made whatever the time. */
  private async takesAnybody(post: Post, customerIds: string[]): Promise<boolean> {
    const step = Math.floor(customerIds.length / probes);
    for (let at = 0; at < customerIds.length; at += step) {
      if (!(await this.sendPart(post, customerIds.slice(at, at + 1), Number.POSITIVE_INFINITY))) return true;
    }
    return false;
  }

  /** Posts a part of a refused list. @throws {CutShortError} */
  private async sendPart(post: Post, customerIds: string[], until: number): Promise<OptimoveRejectedError | null> {
    if (performance.now() < until && (await this.posts.isUnderWay(this.transactions.pool, post.id)))
      return this.send(post, customerIds);
    throw new CutShortError('Optimove refused the list, and there was no time to find out for whom');
  }

  /** Posts a list and keeps that Optimove took it; the refusal when it is the list that Optimove does not like. */
  private async send(post: Post, customerIds: string[]): Promise<OptimoveRejectedError | null> {
    try {
      const client = await this.connections.clientFor(post.setting.connectionId);
      await client.setCustomerChannelPreference({
        channelId: post.target.optimoveChannelId,
        customerIds,
        mode: post.mode,
        appId: post.target.appId,
        lastWord: this.lastWord.for(post.connection),
      });
    } catch (error) {
      if (error instanceof OptimoveRejectedError && error.status === badRequest) return error;
      throw error;
    }
    await this.statuses.acknowledge(this.transactions.pool, post.id, { status: post.status, ids: customerIds });
    return null;
  }

  private async refuse(post: Post, [customerId = '']: string[], refusal: OptimoveRejectedError): Promise<number> {
    const message = refusal.message.slice(0, longestError);
    await this.transactions.run(async (tx) => {
      await this.statuses.refuse(tx, post.id, { status: post.status, customerId, error: message });
      const { walkTaskId } = post.setting;
      if (!walkTaskId) return;
      const { medium, optimoveChannelId, appId } = post.target;
      const row = { customerId, medium, optimoveChannelId, appId, status: post.status };
      await this.tasks.addErrors(tx, walkTaskId, [{ row, reason: message }]);
    });
    return 1;
  }

  private async end(post: Post, refused: number): Promise<void> {
    const error = refused > 0 ? `Optimove refused ${refused} of the customers` : null;
    await this.posts.end(this.transactions.pool, post.id, { outcome: 'ACKNOWLEDGED', error });
    await this.targets.release(this.transactions.pool, post.setting.connectionId, post.target.id);
    const longer = Math.min(largestPreference, post.longestList * 2);
    if (refused === 0) await this.targets.setLongestList(this.transactions.pool, post.targetId, longer);
    this.log.event('postbacks.subscription-posted', { connectionId: post.setting.connectionId, refused });
  }

  private giveUp(postId: string, error: string, seconds: number, isRefused = false): Promise<void> {
    return this.transactions.run(async (tx) => {
      await this.statuses.putOff(tx, postId, { seconds, error });
      await this.posts.end(tx, postId, { outcome: isRefused ? 'REFUSED' : 'UNANSWERED', error });
    });
  }
}
