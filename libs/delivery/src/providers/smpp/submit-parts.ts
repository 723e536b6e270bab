import type { SmsMessage } from '../../contract';
import { splitSms } from '../../sms-parts';
import { smppLibrary } from './smpp-library';

const headerIndicator = 0x40;
const receiptOnEveryEnd = 0x01;
const longestShortCode = 6;
const dataCodings = { GSM7: 0x00, UCS2: 0x08 } as const;
const encoders = { GSM7: smppLibrary.encodings.ASCII, UCS2: smppLibrary.encodings.UCS2 } as const;

/**
 * The `submit_sm` of each part of a message. Long texts carry a concatenation header (3GPP TS 23.040 §9.2.3.24.1) and
 * ask for the receipt of their last part only, so that a message has one receipt whatever its length.
 */
export function submitParts(message: SmsMessage, reference: number): Record<string, unknown>[] {
  const { encoding, texts } = splitSms(message.text);
  return texts.map((text, index) => {
    const body = encoders[encoding].encode(text);
    const isLast = index === texts.length - 1;
    const header = texts.length > 1 ? concatenation(reference, texts.length, index + 1) : null;
    return {
      ...sourceOf(message.from),
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: message.to,
      esm_class: header ? headerIndicator : 0,
      data_coding: dataCodings[encoding],
      registered_delivery: isLast ? receiptOnEveryEnd : 0,
      short_message: header ? Buffer.concat([header, body]) : body,
    };
  });
}

function concatenation(reference: number, total: number, number: number): Buffer {
  return Buffer.from([0x05, 0x00, 0x03, reference & 0xff, total, number]);
}

/** Types of number (SMPP 3.4 §5.2.5): names are alphanumeric, short codes belong to a network, the rest is international. */
function sourceOf(from: string): Record<string, unknown> {
  if (from === '') return {};
  if (!/^\d+$/.test(from)) return { source_addr_ton: 5, source_addr_npi: 0, source_addr: from };
  if (from.length <= longestShortCode) return { source_addr_ton: 3, source_addr_npi: 0, source_addr: from };
  return { source_addr_ton: 1, source_addr_npi: 1, source_addr: from };
}
