import { parseCallback } from './callback';

/** Calls that tell of campaigns, days and files, and of nobody. */
const ofNobody = new Set([1, 2, 3, 4, 5, 13, 14]);
const kept = new Set(['eventtypeid', 'timestamp', 'campaignid', 'channelid', 'templateid']);

/**
 * The body of a callback without what it says of a person: of a triggered one only what it is about is left, and the
 * names of its other keys; of one that cannot be read nothing is.
 */
export function strippedCallback(call: { kind: string; body: Buffer }): Buffer {
  const parsed = parseCallback(call);
  if (!parsed.ok) return Buffer.alloc(0);
  if (ofNobody.has(parsed.callback.eventTypeId ?? 0)) return call.body;
  const body: unknown = JSON.parse(call.body.toString('utf8').trim());
  const entries = Object.entries((Array.isArray(body) ? body[0] : body) as Record<string, unknown>);
  return Buffer.from(
    JSON.stringify(
      Object.fromEntries(entries.map(([key, value]) => [key, kept.has(key.toLowerCase()) ? value : null])),
    ),
  );
}
