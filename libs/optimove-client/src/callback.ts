import { isStorable, toId, toWireObject, type WireObject } from './wire';

/** A callback as Optimove sent it, whatever its spelling. */
export interface OptimoveCallback {
  /** 1, 2, 3, 4, 5, 11, 13 or 14; taken from the route where the body has none. Null when neither says. */
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
const longestTimeStamp = 64;
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

/** The last part of a listener address for an event type; it says the type where the body does not. */
export function callbackKind(eventTypeId: number): string {
  return `event-${eventTypeId}`;
}

/**
 * Reads a callback body: keys in any case, ids as numbers or texts, promo codes as an array, JSON text or comma list.
 * @param input.kind last part of the listener address, see {@link callbackKind}.
 */
export function parseCallback({ kind, body }: { kind: string; body: Buffer }): ParsedCallback {
  const text = body.toString('utf8').trim();
  if (text === '') return { ok: false, reason: 'The body is empty' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'The body is not JSON' };
  }
  const wire = toWireObject(Array.isArray(value) && value.length === 1 ? value[0] : value);
  if (!wire) return { ok: false, reason: 'The body is not a JSON object' };
  return { ok: true, callback: read(wire, kind) };
}

function read(wire: WireObject, kind: string): OptimoveCallback {
  return {
    eventTypeId: toInteger(wire.get('EventTypeID')) ?? toInteger(/^event-(\d+)$/.exec(kind)?.[1]),
    timeStamp: storable(wire.text('TimeStamp'), longestTimeStamp),
    campaignId: storable(wire.id('CampaignID'), longestId),
    channelId: toInteger(wire.get('ChannelID')),
    templateId: storable(wire.id('TemplateID'), longestId),
    customerId: storable(wire.id('CustomerID'), longestId),
    promoCodes: toCodes(wire.get('promoCode')),
    notes: wire.text('notes'),
    parameters: wire.others(known),
  };
}

/** What the database would refuse counts as not there: a fault of the caller must not become an error of ours. */
function storable(text: string | null, longest: number): string | null {
  return text !== null && isStorable(text, longest) ? text : null;
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
