import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import type { ReportRequest } from '../../../contract';
import { MalformedReportError } from './unreadable-report';

/** A message of Amazon SNS as it is posted. */
export interface SnsMessage {
  Type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  MessageId: string;
  TopicArn: string;
  Message: string;
  Timestamp: string;
  SignatureVersion: string;
  Signature: string;
  SigningCertURL: string;
  Subject?: string;
  Token?: string;
  SubscribeURL?: string;
}

const signed = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const;
const algorithms: Record<string, string> = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' };
const needed = ['MessageId', 'TopicArn', 'Message', 'Timestamp', 'SignatureVersion', 'Signature', 'SigningCertURL'];
const optional = ['Subject', 'Token', 'SubscribeURL'];

const certificatePath = /^\/SimpleNotificationService-[0-9a-f]+\.pem$/;
const mostKeys = 50;
/** A signing certificate never changes under its address. */
const keys = new Map<string, KeyObject>();

/** Whose messages are believed. */
export interface SnsSource {
  /** ARN of the topic. */
  topic: string;
  /** Origin of whoever plays Amazon in a sandbox; empty where nobody does. */
  sandbox: string;
}

/** The message in a body; null when it is none. @throws {MalformedReportError} naming a field that is not as it must be. */
export function asSnsMessage(body: Record<string, unknown>): SnsMessage | null {
  if (!Object.hasOwn(body, 'Type')) return null;
  const { Type: type } = body;
  if (typeof type !== 'string' || !Object.hasOwn(signed, type))
    throw new MalformedReportError(`Type must be ${Object.keys(signed).join(', ')}`);
  const wrong =
    needed.find((name) => typeof body[name] !== 'string') ??
    optional.find((name) => typeof (body[name] ?? '') !== 'string');
  if (wrong) throw new MalformedReportError(`${wrong} must be a text`);
  return body as unknown as SnsMessage;
}

/** Whether a URL is Amazon's in the region of the topic, or its sandbox's: nothing else is ever fetched. */
export function isOfSns(address: string, { topic, sandbox }: SnsSource): boolean {
  if (!URL.canParse(address)) return false;
  const { origin, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  return origin === originOf(topic) || (sandbox !== '' && origin === sandbox);
}

function originOf(topic: string): string {
  const [, partition, , region] = topic.split(':');
  return `https://sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
}

function isCertificate(address: string, source: SnsSource): boolean {
  if (!isOfSns(address, source)) return false;
  const { href, origin, pathname } = new URL(address);
  return href === origin + pathname && certificatePath.test(pathname);
}

/** Whether the message bears the signature of the certificate that it names, which must be Amazon's. */
export async function isSignedBySns(
  message: SnsMessage,
  { get, ...source }: Pick<ReportRequest, 'get'> & SnsSource,
): Promise<boolean> {
  const algorithm = algorithms[message.SignatureVersion];
  if (!algorithm || !isCertificate(message.SigningCertURL, source)) return false;
  const key = await keyOf(message.SigningCertURL, get);
  return key !== null && verify(algorithm, textToSign(message), key, Buffer.from(message.Signature, 'base64'));
}

function textToSign(message: SnsMessage): Buffer {
  const lines = signed[message.Type].flatMap((name) => {
    const value = message[name];
    return value === undefined || value === null ? [] : [name, value];
  });
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** Null when there is no certificate at the address. */
async function keyOf(address: string, get: ReportRequest['get']): Promise<KeyObject | null> {
  const kept = keys.get(address);
  if (kept) return kept;
  const key = publicKeyIn(await get(address));
  if (!key) return null;
  if (keys.size >= mostKeys) keys.clear();
  keys.set(address, key);
  return key;
}

function publicKeyIn(certificate: string): KeyObject | null {
  try {
    const key = createPublicKey(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' }));
    return key.asymmetricKeyType === 'rsa' ? key : null;
  } catch {
    return null;
  }
}
