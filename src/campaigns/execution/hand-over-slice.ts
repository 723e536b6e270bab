import { type HandOver, lateReason, type SendResult } from '@libs/delivery';
import { systemClock } from '@libs/foundation';
import type { Sender } from '@modules/channels';
import { Injectable } from '@nestjs/common';
import { type DeliveryOutcome, maxDeliveryAttempts } from '../persistence/ledger/delivery.repository';
import type { Claimed } from './decide-slice';
import type { ExecutionContext } from './execution-context';
import { GivingWay } from './giving-way';
import type { SendingRoom } from './sending-room';

/** What became of a hand-over, and to whom it went. */
export interface Answered extends DeliveryOutcome {
  profileId: string;
  /** Where it was sent to. */
  address: string;
  retryAfterMs: number;
}

/** On which terms messages are handed over. */
interface Terms {
  handOver: HandOver;
  rooms: SendingRoom['rooms'];
}

/** A provider that answers later than this keeps triggered callbacks waiting, whatever else goes on. */
const slowHandOverMs = 1_000;
/** A message whose account is down for so long is given up. */
const longestOutageMs = 24 * 3_600_000;

/** Gives claimed messages to the providers of their accounts. */
@Injectable()
export class HandOverSlice {
  constructor(private readonly givingWay: GivingWay) {}

  /** What became of each; nothing is written. */
  async run(context: ExecutionContext, claimed: Claimed[], terms: Terms): Promise<Answered[]> {
    const startedAt = performance.now();
    const batches = context.senders.all.map((sender) =>
      sendBatch(
        sender,
        claimed.filter(({ accountId }) => accountId === sender.accountId),
        terms,
      ),
    );
    const answered = (await Promise.all(batches)).flat();
    const isSlow = performance.now() - startedAt > slowHandOverMs;
    if (isSlow && context.execution.kind === 'TRIGGERED') this.givingWay.excuse(null);
    return answered;
  }
}

async function sendBatch(sender: Sender, batch: Claimed[], { handOver, rooms }: Terms): Promise<Answered[]> {
  if (batch.length === 0) return [];
  const messages = batch.map(({ message }) => message);
  const results = await sender.sendBatch(messages, handOver, rooms.get(sender.accountId));
  const byId = new Map(results.map((result) => [result.deliveryId, result]));
  return batch.map((delivery) => {
    const result = byId.get(delivery.message.deliveryId);
    const retryAfterMs = result?.outcome === 'RETRYABLE' ? (result.retryAfterMs ?? 0) : 0;
    const outcome = outcomeOf(delivery, result);
    return { ...outcome, profileId: delivery.profileId, address: delivery.address, retryAfterMs };
  });
}

/** No answer for a delivery that was given to the provider means that we cannot know. */
function outcomeOf(delivery: Claimed, result: SendResult | undefined): DeliveryOutcome {
  const { seq, medium, addressKey, attempt, waitingSince } = delivery;
  const isAddressDead = result?.outcome === 'REJECTED' && result.isAddressDead;
  const base = { seq, medium, addressKey, providerMessageId: null, isTry: true, isAddressDead };
  if (!result) return { ...base, state: 'UNCERTAIN', reason: 'The provider gave no answer for this message' };
  if (result.outcome === 'ACCEPTED') {
    return { ...base, state: 'ACCEPTED', reason: null, providerMessageId: result.providerMessageId };
  }
  if (result.reason === lateReason) return { ...base, state: 'RETRY', reason: lateReason };
  const reason = `${result.reason}: ${result.detail}`.slice(0, 500);
  if (result.outcome !== 'RETRYABLE') return { ...base, state: result.outcome, reason };
  const isOutage = !result.isAboutMessage;
  const waitedMs = waitingSince === null ? 0 : systemClock.now().getTime() - waitingSince.getTime();
  const mayTryAgain = isOutage ? waitedMs < longestOutageMs : attempt < maxDeliveryAttempts;
  if (mayTryAgain) return { ...base, state: 'RETRY', reason, isTry: !isOutage };
  return { ...base, state: 'REJECTED', reason: `RETRIES_EXHAUSTED: ${reason}`.slice(0, 500) };
}
