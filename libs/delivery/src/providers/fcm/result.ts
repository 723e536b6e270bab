import type { SendResult } from '../../contract';

/** An answer of FCM HTTP v1. */
export interface FcmAnswer {
  status: number;
  retryAfter: string | null;
  body: unknown;
}

/** About our account, not about the message: a person can mend it. */
const accountStatuses = new Set([401, 403]);
/** The token belongs to another Firebase project than the account: one wrong key must not kill every address. */
const otherProject = 'SENDER_ID_MISMATCH';
/** Documented as not accepted. Other 5xx come from something in between, which may have passed the message on. */
const notAccepted = new Set([429, 500, 503]);

/** What an answer says of a message, by the error codes of the FCM HTTP v1 reference. */
export function resultOf(deliveryId: string, { status, retryAfter, body }: FcmAnswer): SendResult {
  if (status === 200) return { outcome: 'ACCEPTED', deliveryId, providerMessageId: nameOf(body) };
  const { code, message } = errorOf(body, status);
  const problem = { deliveryId, reason: code, detail: message };
  const isAboutAccount = accountStatuses.has(status) && code !== otherProject;
  if (notAccepted.has(status) || isAboutAccount) {
    return { outcome: 'RETRYABLE', ...problem, retryAfterMs: retryAfterMs(retryAfter) };
  }
  if (status >= 500) return { outcome: 'UNCERTAIN', ...problem };
  return { outcome: 'REJECTED', ...problem, isAddressDead: code === 'UNREGISTERED' };
}

function nameOf(body: unknown): string | null {
  const { name } = body as { name?: unknown };
  return typeof name === 'string' ? name : null;
}

function errorOf(body: unknown, status: number): { code: string; message: string } {
  const { error } = (body ?? {}) as {
    error?: { status?: string; message?: string; details?: { errorCode?: string }[] };
  };
  const code = error?.details?.find(({ errorCode }) => errorCode)?.errorCode ?? error?.status ?? `HTTP_${status}`;
  return { code, message: (error?.message ?? `FCM answered ${status}`).slice(0, 300) };
}

function retryAfterMs(header: string | null): number | null {
  const seconds = Number(header);
  return header !== null && Number.isFinite(seconds) ? seconds * 1000 : null;
}
