import type { SendResult } from '../../contract';

/** An answer of FCM HTTP v1. */
export interface FcmAnswer {
  status: number;
  retryAfter: string | null;
  body: unknown;
}

const deadTokens = new Set(['UNREGISTERED', 'SENDER_ID_MISMATCH']);
const retryables = new Set(['QUOTA_EXCEEDED', 'UNAVAILABLE', 'INTERNAL']);

/** What an answer says of a message, by the error codes of the FCM HTTP v1 reference. */
export function resultOf(deliveryId: string, { status, retryAfter, body }: FcmAnswer): SendResult {
  if (status === 200) return { outcome: 'ACCEPTED', deliveryId, providerMessageId: nameOf(body) };
  const { code, message } = errorOf(body, status);
  const problem = { deliveryId, reason: code, detail: message };
  if (status === 429 || status >= 500 || retryables.has(code)) {
    return { outcome: 'RETRYABLE', ...problem, retryAfterMs: retryAfterMs(retryAfter) };
  }
  return { outcome: 'REJECTED', ...problem, isAddressDead: deadTokens.has(code) };
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
