import { createHash } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http2';
import type { PushMessage } from '../../contract';
import { apsOf, expirationOf } from '../push/aps';
import { dataOf } from '../push/data';
import { given } from '../push/given';

/** The most that Apple takes of a payload. */
export const mostPayloadBytes = 4_096;

/** A message as Apple takes it: what stands beside `aps` is for the app, the delivery id for opens among it. */
export function payloadOf(message: PushMessage): Buffer {
  const { title, subtitle, body, imageUrl } = message;
  const aps = { alert: given({ title, subtitle, body }), ...apsOf(message) };
  return Buffer.from(JSON.stringify({ ...dataOf(message), ...(imageUrl ? { image: imageUrl } : {}), aps }));
}

/** What Apple wants to know of a message beside its payload. */
export function headersOf(message: PushMessage, topic: string): OutgoingHttpHeaders {
  const expiration = expirationOf(message);
  return {
    ':method': 'POST',
    ':path': `/3/device/${encodeURIComponent(message.token)}`,
    'content-type': 'application/json',
    'apns-id': apnsId(message.deliveryId),
    'apns-topic': topic,
    'apns-push-type': 'alert',
    'apns-priority': '10',
    ...(expiration ? { 'apns-expiration': expiration } : {}),
    ...(message.collapseKey ? { 'apns-collapse-id': message.collapseKey } : {}),
  };
}

/** The name of a delivery at Apple, which takes UUIDs only: always the same for one delivery (version 8 of RFC 9562). */
export function apnsId(deliveryId: string): string {
  const bytes = createHash('sha256').update(deliveryId).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
