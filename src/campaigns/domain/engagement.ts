import type { Medium } from '@libs/delivery';

/** What people do with a message after it arrived. */
export const engagementKinds = ['OPENED', 'CLICKED', 'DISMISSED', 'UNSUBSCRIBED', 'PREFERENCES', 'COMPLAINED'] as const;

/** One of {@link engagementKinds}. */
export type EngagementKind = (typeof engagementKinds)[number];

/** Which message of which execution a link or a report is about. */
export interface MessageRef {
  executionId: string;
  seq: number;
  medium: Medium;
}

const media: Medium[] = ['MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL', 'INBOX', 'IN_APP'];
const uuidBytes = 16;
const refBytes = uuidBytes + 5;

/** What a link carries: execution id (16 bytes), position (4), medium (1). */
export function packRef({ executionId, seq, medium }: MessageRef): Buffer {
  const bytes = Buffer.alloc(refBytes);
  bytes.write(executionId.replaceAll('-', ''), 'hex');
  bytes.writeUInt32BE(seq, uuidBytes);
  bytes.writeUInt8(media.indexOf(medium), uuidBytes + 4);
  return bytes;
}

/** The reverse of {@link packRef}; null when the bytes are none. */
export function unpackRef(bytes: Buffer): MessageRef | null {
  const medium = bytes.length === refBytes ? media[bytes.readUInt8(uuidBytes + 4)] : undefined;
  if (!medium) return null;
  const hex = bytes.subarray(0, uuidBytes).toString('hex');
  const executionId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { executionId, seq: bytes.readUInt32BE(uuidBytes), medium };
}

/** Mail programs that fetch every picture, and scanners that follow every link, before a person saw anything. */
const machines =
  /^(mozilla\/5\.0)?$|bot\b|crawler|spider|barracuda|mimecast|proofpoint|safelinks|urldefense|scanner|preview|curl\/|python-requests|go-http-client|headlesschrome/i;

/** Whether it was a program and not a person that asked, as far as its name says. */
export function isMachine(userAgent: string): boolean {
  return machines.test(userAgent.trim());
}
