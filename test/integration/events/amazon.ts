import { createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { certificateOf } from '../../support/certificate';

const topic = 'arn:aws:sns:eu-west-1:123456789012:bounces';
const order: Record<string, string[]> = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};

/** Amazon SNS as a subscriber sees it: it signs what it posts, and serves its certificate and links to confirm. */
export class Amazon {
  readonly topic = topic;
  /** Paths that were visited. */
  readonly visited: string[] = [];
  isAway = false;
  /** Where its certificate is. */
  readonly certificatePath = '/SimpleNotificationService-0a1b2c3d4e5f.pem';
  private readonly keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  private readonly server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    this.visited.push(path);
    response.statusCode = this.isAway ? 503 : 200;
    response.end(path.endsWith('.pem') ? certificateOf(this.keys) : '<ConfirmSubscriptionResponse/>');
  });

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What is posted of a message, signed; `more` replaces fields before that. */
  post(type: 'Notification' | 'SubscriptionConfirmation', more: Record<string, string>): Record<string, string> {
    const message: Record<string, string> = {
      ...{ Type: type, MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324', TopicArn: topic, Message: '' },
      ...{
        Timestamp: '2026-05-04T10:00:00.000Z',
        SignatureVersion: '2',
        SigningCertURL: this.origin + this.certificatePath,
      },
      ...(type === 'Notification'
        ? {}
        : { Token: 'token', SubscribeURL: `${this.origin}/?Action=ConfirmSubscription` }),
      ...more,
    };
    const lines = (order[type] ?? []).flatMap((name) => (message[name] === undefined ? [] : [name, message[name]]));
    const algorithm = message.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
    const signature = createSign(algorithm)
      .update(`${lines.join('\n')}\n`)
      .sign(this.keys.privateKey, 'base64');
    return { ...message, Signature: signature };
  }

  /** A notification of an event of Amazon SES. */
  event(event: object, more: Record<string, string> = {}): Record<string, string> {
    return this.post('Notification', { Message: JSON.stringify(event), ...more });
  }

  async stop(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }
}
