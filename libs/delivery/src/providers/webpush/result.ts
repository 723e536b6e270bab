import type { SendResult } from '../../contract';
import type { Posted } from '../post';

type Answer = Extract<Posted, { kind: 'ANSWERED' }>;

const gone = new Set([404, 410]);
/** Said to have taken nothing. Other 5xx come from something in between, which may have passed the message on. */
const notTaken = new Set([429, 500, 503]);
/** Our signature was refused. A subscription made for other keys is refused so as well: it must not stop the others. */
const notOurs = new Set([401, 403]);

/** What a push service's answer says of a message (RFC 8030 §5, §7.3, §8.4). */
export function resultOf(deliveryId: string, answer: Answer): SendResult {
  const { status, location } = answer;
  if (status >= 200 && status < 300) return { outcome: 'ACCEPTED', deliveryId, providerMessageId: location };
  const detail = `The push service answered ${status}${answer.text ? `: ${answer.text}` : ''}`.slice(0, 300);
  const problem = { deliveryId, reason: `HTTP_${status}`, detail };
  if (gone.has(status)) return { outcome: 'REJECTED', ...problem, isAddressDead: true };
  if (status === 413) return { outcome: 'REJECTED', ...problem, reason: 'PAYLOAD_TOO_LARGE', isAddressDead: false };
  if (notTaken.has(status)) {
    return { outcome: 'RETRYABLE', ...problem, retryAfterMs: retryAfterMs(answer.retryAfter) };
  }
  if (notOurs.has(status)) return { outcome: 'RETRYABLE', ...problem, retryAfterMs: null, isAboutMessage: true };
  if (status >= 500) return { outcome: 'UNCERTAIN', ...problem };
  return { outcome: 'REJECTED', ...problem, isAddressDead: false };
}

/** Seconds, or a date. */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}
