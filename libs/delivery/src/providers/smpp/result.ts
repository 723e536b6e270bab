import type { SendResult } from '../../contract';
import { LinkUnavailableError, NotWrittenError } from './errors';
import { commandStatus, type SmppPdu } from './smpp-library';

const throttledPauseMs = 1_000;
const reasons: Record<number, string> = {
  [commandStatus.invalidDestination]: 'INVALID_DESTINATION',
  [commandStatus.invalidBindState]: 'INVALID_BIND_STATE',
  [commandStatus.systemError]: 'SYSTEM_ERROR',
  [commandStatus.submitFailed]: 'SUBMIT_FAILED',
  [commandStatus.queueFull]: 'QUEUE_FULL',
  [commandStatus.throttled]: 'THROTTLED',
};
/** What the centre says of itself, or of our being bound: nothing of it is about the message. */
const notNow = new Set<number>([
  commandStatus.queueFull,
  commandStatus.throttled,
  commandStatus.systemError,
  commandStatus.invalidBindState,
]);

/** What an answer to `submit_sm` says of its message (SMPP 3.4 §5.1.3). */
export function resultOf(deliveryId: string, { command_status: status, message_id }: SmppPdu): SendResult {
  if (status === commandStatus.ok) return { outcome: 'ACCEPTED', deliveryId, providerMessageId: message_id || null };
  const reason = reasons[status] ?? `SMPP_0x${status.toString(16).padStart(2, '0')}`;
  const detail = `The SMS centre answered ${reason}`;
  if (notNow.has(status)) return { outcome: 'RETRYABLE', deliveryId, reason, detail, retryAfterMs: throttledPauseMs };
  if (status === commandStatus.submitFailed)
    return { outcome: 'RETRYABLE', deliveryId, reason, detail, retryAfterMs: null, isAboutMessage: true };
  const isAddressDead = status === commandStatus.invalidDestination;
  return { outcome: 'REJECTED', deliveryId, reason, detail, isAddressDead };
}

/** What a failed exchange says of its message: a repeat is safe only when nothing was written. */
export function resultOfError(deliveryId: string, error: Error): SendResult {
  const detail = error.message;
  if (error instanceof LinkUnavailableError || error instanceof NotWrittenError)
    return { outcome: 'RETRYABLE', deliveryId, reason: error.code, detail, retryAfterMs: null };
  return { outcome: 'UNCERTAIN', deliveryId, reason: 'NO_ANSWER', detail };
}

/** Some parts were taken and the rest was not: a repeat would send the first ones twice. */
export function partlyTaken(rest: Exclude<SendResult, { outcome: 'ACCEPTED' }>): SendResult {
  const detail = `Only the first parts were taken: ${rest.detail}`;
  return { outcome: 'UNCERTAIN', deliveryId: rest.deliveryId, reason: 'PARTLY_ACCEPTED', detail };
}
