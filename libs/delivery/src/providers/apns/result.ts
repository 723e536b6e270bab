import type { SendResult } from '../../contract';

/** An answer of APNs. */
export interface ApnsAnswer {
  status: number;
  retryAfter: string | null;
  text: string;
}

const deadTokens = new Set(['BadDeviceToken', 'Unregistered', 'ExpiredToken']);
/** About the account, whatever the status: a person can mend it, and nobody's message is to be lost for it. */
const ofAccount = new Set([
  'BadTopic',
  'MissingTopic',
  'TopicDisallowed',
  'TooManyProviderTokenUpdates',
  'BadCertificate',
  'BadCertificateEnvironment',
]);
/** The connection was given up before the message was looked at. */
const ofConnection = new Set(['IdleTimeout', 'Shutdown']);
/** Documented as not accepted. Other 5xx come from something in between, which may have passed the message on. */
const notAccepted = new Set([429, 500, 503]);

/** What an answer says of a message, by Apple's table of statuses and reasons. */
export function resultOf(deliveryId: string, apnsId: string, answer: ApnsAnswer): SendResult {
  const { status } = answer;
  if (status === 200) return { outcome: 'ACCEPTED', deliveryId, providerMessageId: apnsId };
  const reason = reasonOf(answer);
  const problem = { deliveryId, reason, detail: `APNs answered ${status}` };
  const isOfAccount = status === 403 || ofAccount.has(reason);
  if (isOfAccount || ofConnection.has(reason) || notAccepted.has(status)) {
    // A phone that gets too much at once says nothing about the account.
    const isAboutMessage = reason === 'TooManyRequests';
    const retryAfterMs = retryAfterOf(answer);
    return { outcome: 'RETRYABLE', ...problem, retryAfterMs, ...(isAboutMessage ? { isAboutMessage } : {}) };
  }
  if (status >= 500) return { outcome: 'UNCERTAIN', ...problem };
  return { outcome: 'REJECTED', ...problem, isAddressDead: status === 410 || deadTokens.has(reason) };
}

/** Apple's word for what was wrong, such as `BadDeviceToken`. */
export function reasonOf({ status, text }: Pick<ApnsAnswer, 'status' | 'text'>): string {
  try {
    const { reason } = Object(JSON.parse(text)) as { reason?: unknown };
    if (typeof reason === 'string' && reason !== '') return reason.slice(0, 100);
  } catch {
    // Whatever answered was not Apple.
  }
  return `HTTP_${status}`;
}

function retryAfterOf({ retryAfter }: ApnsAnswer): number | null {
  const seconds = Number(retryAfter);
  return retryAfter !== null && Number.isFinite(seconds) ? seconds * 1_000 : null;
}
