import type { InboundText } from '../../contract';
import { smsKeyword } from '../../sms-keywords';
import { type SmppPdu, textOf } from './smpp-library';

/** Bits of esm_class that say what a `deliver_sm` is (SMPP 3.4 §5.2.12); none of them set: an ordinary text. */
const kindBits = 0x3c;
const longestText = 1_600;

/** The text that a person sent to one of our numbers, or null when it is something else. */
export function readInboundText(pdu: SmppPdu, arrivedAt: Date): InboundText | null {
  const from = (pdu.source_addr ?? '').replace(/^(\+|00)/, '');
  if (((pdu.esm_class ?? 0) & kindBits) !== 0 || !/^\d{3,20}$/.test(from)) return null;
  const text = textOf(pdu).replaceAll('\u0000', '').slice(0, longestText);
  return {
    from,
    to: (pdu.destination_addr ?? '').slice(0, 40),
    text,
    keyword: smsKeyword(text),
    occurredAt: arrivedAt,
  };
}
