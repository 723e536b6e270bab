import type { ReceivedPush } from '../inbox/messages';
import { type FcmAnswer, invalidArgument, unregistered } from './google-error';

/** FCM's bound on what reaches the phone: notification and data together. */
const payloadBytes = 4_096;

type Json = Record<string, unknown>;

/** What a sender asked for, or the error answer it gets. */
export type ReadResult =
  | { accepted: Omit<ReceivedPush, 'at' | 'messageId'>; validateOnly: boolean }
  | { refused: FcmAnswer };

/** Reads the body of `messages:send` as FCM HTTP v1 documents it, for messages to one registration token. */
export function readMessage(text: string): ReadResult {
  const request = objectOrNull(parse(text));
  const message = objectOrNull(request?.message);
  if (!request || !message) return refuse('Invalid JSON payload received.');
  if (typeof message.token !== 'string' || !message.token) return refuse('Recipient of the message is not set.');
  const token = message.token;
  if (token.startsWith('unregistered-')) return { refused: unregistered };
  if (token.startsWith('invalid-')) return refuse('The registration token is not a valid FCM registration token');
  const data = dataOf(message.data);
  if (!data) return refuse("Invalid value at 'message.data' (TYPE_STRING)");
  if (sizeOf(message) > payloadBytes) return refuse('Android message is too big');
  return { accepted: { token, ...shownOf(message, data) }, validateOnly: request.validate_only === true };
}

function refuse(message: string): ReadResult {
  return { refused: invalidArgument(message) };
}

/** Map values are strings on the wire; anything else is refused, as by FCM. */
function dataOf(value: unknown): Record<string, string> | null {
  const data = value === undefined ? {} : objectOrNull(value);
  if (!data) return null;
  const entries = Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return entries.length === Object.keys(data).length ? Object.fromEntries(entries) : null;
}

function sizeOf({ notification, data }: Json): number {
  return Buffer.byteLength(JSON.stringify({ notification, data }));
}

function shownOf(message: Json, data: Record<string, string>): Omit<ReceivedPush, 'at' | 'messageId' | 'token'> {
  const { deliveryId = null, ...shown } = data;
  const android = objectOrNull(objectOrNull(message.android)?.notification);
  const notification: Json = { ...objectOrNull(message.notification), ...android };
  return {
    deliveryId,
    title: textOf(notification.title) ?? data.title ?? '',
    body: textOf(notification.body) ?? data.body ?? '',
    image: textOf(notification.image),
    data: shown,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function objectOrNull(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
