import type { SmppPdu } from './smpp-library';

/** One part of a text: which text it belongs to, and its place in it. */
export interface Segment {
  reference: number;
  total: number;
  number: number;
  text: string;
}

/** A text with all its parts. */
export interface JoinedText {
  text: string;
  parts: number;
  /** The message id of the first part. */
  messageId: string;
}

const eightBitReference = 0x00;
const sixteenBitReference = 0x08;
const longestWaitingTexts = 10_000;

/** Reads the place of a part from the user data header or the sar_* parameters; a lone message is part 1 of 1. */
export function readSegment(pdu: SmppPdu): Segment {
  const source = pdu.message_payload ?? pdu.short_message ?? {};
  const text = typeof source.message === 'string' ? source.message : (source.message?.toString('latin1') ?? '');
  const place = headerPlace(source.udh ?? []) ?? sarPlace(pdu) ?? { reference: 0, total: 1, number: 1 };
  return { ...place, text };
}

/** Joins the parts of long texts, whatever their order. What never becomes complete is dropped, the oldest first. */
export class TextJoiner {
  private readonly waiting = new Map<string, Map<number, { text: string; messageId: string }>>();

  /** The whole text once its last part is in; null before. `sender` tells apart equal references. */
  add(segment: Segment, { sender, messageId }: { sender: string; messageId: string }): JoinedText | null {
    if (segment.total === 1) return { text: segment.text, parts: 1, messageId };
    const key = `${sender} ${segment.reference} ${segment.total}`;
    const parts = this.waiting.get(key) ?? this.open(key);
    parts.set(segment.number, { text: segment.text, messageId });
    if (parts.size < segment.total) return null;
    this.waiting.delete(key);
    const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
    const text = inOrder.map((part) => part.text).join('');
    return { text, parts: inOrder.length, messageId: inOrder[0]?.messageId ?? messageId };
  }

  private open(key: string): Map<number, { text: string; messageId: string }> {
    const oldest = this.waiting.keys().next();
    if (this.waiting.size >= longestWaitingTexts && !oldest.done) this.waiting.delete(oldest.value);
    const parts = new Map<number, { text: string; messageId: string }>();
    this.waiting.set(key, parts);
    return parts;
  }
}

type Place = Omit<Segment, 'text'>;

function headerPlace(elements: Buffer[]): Place | null {
  for (const element of elements) {
    const [kind, , ...values] = element;
    if (kind === eightBitReference && values.length === 3) return placeOf(values);
    if (kind === sixteenBitReference && values.length === 4) {
      const [high = 0, low = 0, ...rest] = values;
      return placeOf([high * 256 + low, ...rest]);
    }
  }
  return null;
}

function sarPlace(pdu: SmppPdu): Place | null {
  const { sar_msg_ref_num: reference, sar_total_segments: total, sar_segment_seqnum: number } = pdu;
  return reference === undefined || !total || !number ? null : { reference, total, number };
}

function placeOf([reference = 0, total = 1, number = 1]: number[]): Place {
  return { reference, total, number };
}
