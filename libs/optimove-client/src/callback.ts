import { isStorable, toId, toWireObject, type WireObject } from './wire';

/** A callback as Optimove sent it, whatever its spelling. */
export interface OptimoveCallback {
  /** 1, 2, 3, 4, 5, 11 or 13; taken from the route where the body has none. Null when neither says. */
  eventTypeId: number | null;
  /** `YYYY-MM-DD HH:MM:SS` without a zone; null too when it cannot be a time. */
  timeStamp: string | null;
  campaignId: string | null;
  channelId: number | null;
  templateId: string | null;
  customerId: string | null;
  promoCodes: string[];
  notes: string | null;
  /** Parameters of the trigger event: every key that is not named above. */
  parameters: Record<string, unknown>;
}

/** The callback, or why it cannot be read. */
export type ParsedCallback = { ok: true; callback: OptimoveCallback } | { ok: false; reason: string };

const longestId = 255;
const known = new Set([
  'eventtypeid',
  'timestamp',
  'campaignid',
  'channelid',
  'templateid',
  'customerid',
  'promocode',
  'notes',
]);

const longestId = 255;
const longestTimeStamp = 64;

/** The last part of a listener address for an event type; it says the type where the body does not. */
export function callbackKind(eventTypeId: number): string {
  return `event-${eventTypeId}`;
}

/**
 * Reads a callback body: keys in any case, ids as numbers or texts, promo codes as an array, JSON text or comma list.
 * @param input.kind last part of the listener address, see {@link callbackKind}.
 */
export function parseCallback({ kind, body }: { kind: string; body: Buffer }): ParsedCallback {
  const text = body
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
  if (text === '') return { ok: false, reason: 'The body is empty' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'The body is not JSON' };
  }
  const wire = toWireObject(Array.isArray(value) && value.length === 1 ? value[0] : value);
  if (!wire) return { ok: false, reason: 'The body is not a JSON object' };
  const unfit = ['CampaignID', 'TemplateID', 'CustomerID'].find((key) => !isFit(wire.id(key), longestId));
  if (unfit) return { ok: false, reason: `${unfit} is too long or holds characters that are no text` };
  return { ok: true, callback: read(wire, kind) };
}

/** An id that the database refuses would make an error of ours out of a fault of the caller. */
function isFit(text: string | null, longest: number): boolean {
  return text === null || isStorable(text, longest);
}

function read(wire: WireObject, kind: string): OptimoveCallback {
  const timeStamp = wire.text('TimeStamp');
  return {
    eventTypeId: toInteger(wire.get('EventTypeID')) ?? toInteger(/^event-(\d+)$/.exec(kind)?.[1]),
    timeStamp: isFit(timeStamp, longestTimeStamp) ? timeStamp : null,
    campaignId: storable(wire.id('CampaignID')),
    channelId: toInteger(wire.get('ChannelID')),
    templateId: storable(wire.id('TemplateID')),
    customerId: storable(wire.id('CustomerID')),
    promoCodes: toCodes(wire.get('promoCode')),
    notes: wire.text('notes'),
    parameters: wire.others(known),
  };
}

/** An id that cannot be one: too long, or with characters that are no text. */
function storable(id: string | null): string | null {
  if (id === null || id.length > longestId || id.includes('\u0000') || /\p{Surrogate}/u.test(id)) return null;
  return id;
}

function toInteger(value: unknown): number | null {
  const id = toId(value);
  return id !== null && /^\d{1,9}$/.test(id) ? Number(id) : null;
}

function toCodes(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(toId).filter((code) => code !== null);
  const text = toId(value);
  if (text === null) return [];
  const parsed = text.startsWith('[') ? parseList(text) : null;
  if (parsed) return toCodes(parsed);
  return text
    .split(',')
    .map((code) => code.trim())
    .filter((code) => code !== '');
}

function parseList(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
