import type { Receipt } from '../../contract';
import { type SmppPdu, textOf } from './smpp-library';

const messageTypeBits = 0x3c;
const receiptType = 0x04;
/** SMPP 3.4 §5.2.28. */
const messageStates: Record<number, string> = {
  1: 'ENROUTE',
  2: 'DELIVRD',
  3: 'EXPIRED',
  4: 'DELETED',
  5: 'UNDELIV',
  6: 'ACCEPTD',
  7: 'UNKNOWN',
  8: 'REJECTD',
};
const failed = new Set(['EXPIRED', 'DELETED', 'UNDELIV', 'REJECTD']);

/**
 * The receipt in a `deliver_sm` (SMPP 3.4 appendix B), or null when it is something else, such as a person's answer.
 * Its time is that of its arrival: the time in the text has no zone.
 */
export function readReceipt(pdu: SmppPdu, arrivedAt: Date): Receipt | null {
  if (((pdu.esm_class ?? 0) & messageTypeBits) !== receiptType) return null;
  const text = textOf(pdu);
  const providerMessageId = pdu.receipted_message_id || /\bid:(\S+)/i.exec(text)?.[1];
  if (!providerMessageId) return null;
  const code = messageStates[pdu.message_state ?? 0] ?? /\bstat:(\w+)/i.exec(text)?.[1]?.toUpperCase() ?? 'UNKNOWN';
  return { providerMessageId, status: statusOf(code), code, occurredAt: arrivedAt };
}

function statusOf(code: string): Receipt['status'] {
  if (code === 'DELIVRD') return 'DELIVERED';
  return failed.has(code) ? 'FAILED' : 'UNKNOWN';
}
