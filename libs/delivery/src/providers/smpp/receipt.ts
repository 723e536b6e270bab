import type { BounceCategory } from '../../bounce';
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

/** SMPP 3.4 §5.3.2.31: the network whose errors the code of the parameter is of. */
const gsmNetwork = 3;
const noError = '0';

/** Errors of GSM networks (3GPP TS 29.002 §17.6.6), which most centres pass on; 1 is the subscriber nobody knows. */
const gsmErrors: Record<string, BounceCategory> = {
  '5': 'TEMPORARILY_DEFERRED',
  '6': 'TEMPORARILY_DEFERRED',
  '9': 'MAILBOX_INACTIVE',
  '11': 'MAILBOX_INACTIVE',
  '12': 'POLICY_RELATED',
  '13': 'POLICY_RELATED',
  '27': 'TEMPORARILY_DEFERRED',
  '31': 'TEMPORARILY_DEFERRED',
  '32': 'TEMPORARILY_DEFERRED',
  '33': 'MAILBOX_FULL',
  '34': 'NETWORK_ERRORS',
};
const byState: Record<string, BounceCategory> = { EXPIRED: 'MESSAGE_EXPIRED', REJECTD: 'POLICY_RELATED' };

/** Which errors of an SMS centre mean that a number does not exist, when the account does not say. */
export const usualUnknownNumberErrors = '001';

/** Codes of a comma list, as they are compared. */
export function errorCodesIn(list: string): Set<string> {
  return new Set(list.split(',').flatMap((code) => (code.trim() === '' ? [] : [bare(code)])));
}

/**
 * The receipt in a `deliver_sm` (SMPP 3.4 appendix B), or null when it is something else, such as a person's answer.
 * Its time is that of its arrival: the time in the text has no zone. A failure gets a category by its error code; one that
 * is not known leaves the number as it is and is kept in the code.
 */
export function readReceipt(
  pdu: SmppPdu,
  { arrivedAt, unknownNumber }: { arrivedAt: Date; unknownNumber: ReadonlySet<string> },
): Receipt | null {
  if (((pdu.esm_class ?? 0) & messageTypeBits) !== receiptType) return null;
  const text = textOf(pdu);
  const providerMessageId = pdu.receipted_message_id || /\bid:(\S+)/i.exec(text)?.[1];
  if (!providerMessageId) return null;
  const state = messageStates[pdu.message_state ?? 0] ?? /\bstat:(\w+)/i.exec(text)?.[1]?.toUpperCase() ?? 'UNKNOWN';
  const receipt = { providerMessageId, status: statusOf(state), code: state, occurredAt: arrivedAt };
  if (receipt.status !== 'FAILED') return receipt;
  const error = errorIn(pdu, text);
  const told = unknownNumber.has(error) ? 'UNKNOWN_NUMBER' : gsmErrors[error];
  const code = error === noError ? state : `${state} ${error}`;
  return { ...receipt, code, bounce: told ?? byState[state] ?? 'OTHER' };
}

/** The network's own code where the centre passes it on, else that of the text. */
function errorIn({ network_error_code: given }: SmppPdu, text: string): string {
  if (given?.length === 3 && given[0] === gsmNetwork) return String(given.readUInt16BE(1));
  const [fields = ''] = text.split(/\btext:/i);
  return bare(/\berr:(\w{1,8})/i.exec(fields)?.[1] ?? noError);
}

function bare(code: string): string {
  return code
    .trim()
    .toUpperCase()
    .replace(/^0+(?=.)/, '');
}

function statusOf(state: string): Receipt['status'] {
  if (state === 'DELIVRD') return 'DELIVERED';
  return failed.has(state) ? 'FAILED' : 'UNKNOWN';
}
