import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import type { ReportRequest } from '../../../contract';

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

const amazonHost = /^sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?$/;
const mostKeys = 50;
/** A signing certificate never changes under its address. */
const keys = new Map<string, KeyObject>();

/** The message in a body; null when it is none. */
export function asSnsMessage(body: Record<string, unknown>): SnsMessage | null {
  const isWhole = needed.every((name) => typeof body[name] === 'string');
  return isWhole && String(body.Type) in signed ? (body as unknown as SnsMessage) : null;
}

/** Whether Amazon made a URL, or whoever plays Amazon in a sandbox: nothing else is ever fetched. */
export function isOfSns(address: string | undefined, sandbox: string): boolean {
  if (!address || !URL.canParse(address)) return false;
  const { protocol, hostname, port, origin } = new URL(address);
  if (sandbox !== '' && origin === sandbox) return true;
  return protocol === 'https:' && port === '' && amazonHost.test(hostname);
}

/** Whether the message bears the signature of the certificate that it names, which must be Amazon's. */
export async function isSignedBySns(
  message: SnsMessage,
  { get, sandbox }: Pick<ReportRequest, 'get'> & { sandbox: string },
): Promise<boolean> {
  const algorithm = algorithms[message.SignatureVersion];
  if (!algorithm || !isOfSns(message.SigningCertURL, sandbox)) return false;
  const key = await keyOf(message.SigningCertURL, get);
  return key !== null && verify(algorithm, textToSign(message), key, Buffer.from(message.Signature, 'base64'));
}

function textToSign(message: SnsMessage): Buffer {
  const lines = signed[message.Type].flatMap((name) => {
    const value = message[name];
    return value === undefined || value === null ? [] : [name, String(value)];
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
