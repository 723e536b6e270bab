import type { InboundText } from '../../contract';
import { smsKeyword } from '../../sms-keywords';
import { type SmppPdu, textOf } from './smpp-library';

/** Bits of esm_class that say what a `deliver_sm` is (SMPP 3.4 §5.2.12); none of them set: an ordinary text. */
const kindBits = 0x3c;
const longestText = 1_600;
/** SMPP 3.4 §5.2.5: the number is one of its country, without the country's code. */
const national = 2;

/** The text that a person sent to one of our numbers, or null when it is something else. */
export function readInboundText(
  pdu: SmppPdu,
  { arrivedAt, countryCode }: { arrivedAt: Date; countryCode: string },
): InboundText | null {
  const from = numberOf(pdu, countryCode);
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

/** With the country's code; where that is not known a national number keeps, or gets, its leading zero. */
function numberOf({ source_addr: address = '', source_addr_ton: type }: SmppPdu, countryCode: string): string {
  const digits = address.replace(/^(\+|00)/, '');
  const isNational = digits === address && (type === national || digits.startsWith('0'));
  return isNational ? `${countryCode || '0'}${digits.replace(/^0+/, '')}` : digits;
}
