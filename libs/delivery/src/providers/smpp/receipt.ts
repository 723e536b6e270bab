import type { Receipt } from '../../contract';
import type { Pdu } from './library';

const receiptFlag = 0x04;
const delivered = new Set(['DELIVRD']);
const failed = new Set(['EXPIRED', 'DELETED', 'UNDELIV', 'REJECTD']);

/** The receipt in a deliver_sm (SMPP 3.4 appendix B), or null when it is something else. */
export function receiptOf(pdu: Pdu, now: Date): Receipt | null {
  if (((pdu.esm_class ?? 0) & receiptFlag) === 0) return null;
  const text = String(pdu.short_message?.message ?? '');
  const providerMessageId = pdu.receipted_message_id ?? /\bid:(\S+)/i.exec(text)?.[1];
  if (!providerMessageId) return null;
  const code = /\bstat:(\w+)/i.exec(text)?.[1]?.toUpperCase() ?? 'UNKNOWN';
  return { providerMessageId, status: statusOf(code), code, occurredAt: now };
}

function statusOf(code: string): Receipt['status'] {
  if (delivered.has(code)) return 'DELIVERED';
  return failed.has(code) ? 'FAILED' : 'UNKNOWN';
}
