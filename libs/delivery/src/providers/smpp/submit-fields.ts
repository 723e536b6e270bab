import type { SmsMessage } from '../../contract';
import { splitSms } from '../../sms-parts';

const ucs2 = 0x08;
const alphanumeric = 5;
const international = 1;
const isdn = 1;
const longestName = 11;

/** Fields of the submit_sm of each part; several parts carry a concatenation header (3GPP TS 23.040 §9.2.3.24.1). */
export function submitFields(message: SmsMessage, reference: number): Record<string, unknown>[] {
  const { encoding, texts } = splitSms(message.text);
  return texts.map((text, index) => ({
    ...sourceOf(message.from),
    dest_addr_ton: international,
    dest_addr_npi: isdn,
    destination_addr: message.to,
    registered_delivery: 1,
    data_coding: encoding === 'UCS2' ? ucs2 : 0,
    short_message:
      texts.length === 1 ? { message: text } : { udh: header(reference, texts.length, index), message: text },
  }));
}

function header(reference: number, total: number, index: number): Buffer {
  return Buffer.from([5, 0, 3, reference & 0xff, total, index + 1]);
}

function sourceOf(from: string): Record<string, unknown> {
  if (/^\d+$/.test(from)) return { source_addr_ton: international, source_addr_npi: isdn, source_addr: from };
  return { source_addr_ton: alphanumeric, source_addr_npi: 0, source_addr: from.slice(0, longestName) };
}
