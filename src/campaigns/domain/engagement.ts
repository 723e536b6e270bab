import type { Medium } from '@libs/delivery';

/** What people do with a message after it arrived. */
export const engagementKinds = [
  'DELIVERED',
  'OPENED',
  'CLICKED',
  'DISMISSED',
  'UNSUBSCRIBED',
  'PREFERENCES',
  'COMPLAINED',
] as const;

/** One of {@link engagementKinds}. */
export type EngagementKind = (typeof engagementKinds)[number];

/** Which message of which execution a link or a report is about. */
export interface MessageRef {
  executionId: string;
  seq: number;
  medium: Medium;
  /** Who got it: consent outlives what is kept of messages. */
  profileId?: string;
}

const media: Medium[] = ['MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL', 'INBOX', 'IN_APP'];
const uuidBytes = 16;
const refBytes = uuidBytes + 5;

/** What a link carries: execution id (16 bytes), position (4), medium (1) and, where it is named, the profile (16). */
export function packRef({ executionId, seq, medium, profileId }: MessageRef): Buffer {
  const bytes = Buffer.alloc(refBytes);
  bytes.write(executionId.replaceAll('-', ''), 'hex');
  bytes.writeUInt32BE(seq, uuidBytes);
  bytes.writeUInt8(media.indexOf(medium), uuidBytes + 4);
  return profileId ? Buffer.concat([bytes, Buffer.from(profileId.replaceAll('-', ''), 'hex')]) : bytes;
}

/** The reverse of {@link packRef}; null when the bytes are none. */
export function unpackRef(bytes: Buffer): MessageRef | null {
  const hasProfile = bytes.length === refBytes + uuidBytes;
  const medium = hasProfile || bytes.length === refBytes ? media[bytes.readUInt8(uuidBytes + 4)] : undefined;
  if (!medium) return null;
  const ref = { executionId: uuidAt(bytes, 0), seq: bytes.readUInt32BE(uuidBytes), medium };
  return hasProfile ? { ...ref, profileId: uuidAt(bytes, refBytes) } : ref;
}

function uuidAt(bytes: Buffer, start: number): string {
  const hex = bytes.subarray(start, start + uuidBytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Mail programs that fetch every picture, and scanners that follow every link, before a person saw anything. */
const machines =
  /^(mozilla\/5\.0)?$|bot\b|crawler|spider|barracuda|mimecast|proofpoint|safelinks|urldefense|scanner|preview|curl\/|python-requests|go-http-client|headlesschrome/i;

/** Headers by which browsers and mail programs say that nobody has asked for it yet. */
const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'];

/** Whether it was a program and not a person that asked, as far as the request says. Header names are lower-case. */
export function isMachine(headers: Record<string, string | string[] | undefined>): boolean {
  const isAhead = purposes.some((name) => /prefetch|preview|prerender/i.test(String(headers[name] ?? '')));
  return isAhead || machines.test(String(headers['user-agent'] ?? '').trim());
}
