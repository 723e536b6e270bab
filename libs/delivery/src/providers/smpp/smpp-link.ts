import { library, type Pdu, type Session, status } from './library';
import type { ReceiptInbox } from './receipt-inbox';

/** Where and as whom to bind. */
export interface SmsCentre {
  host: string;
  port: number;
  isTls: boolean;
  systemId: string;
  password: string;
  systemType: string;
}

/** What became of one submit_sm. */
export type Submitted =
  | { kind: 'ANSWERED'; pdu: Pdu }
  | { kind: 'NOT_SENT'; detail: string }
  | { kind: 'NO_ANSWER'; detail: string };

/** The SMS centre refused the login. */
export class BindRefusedError extends Error {}

const bindTimeoutMs = 10_000;
const answerTimeoutMs = 30_000;
const enquireEveryMs = 30_000;

/** One bind as transceiver, made when first needed and again after it broke. */
export class SmppLink {
  private session: Promise<Session> | null = null;
  private readonly unanswered = new Set<() => void>();

  constructor(
    private readonly centre: SmsCentre,
    private readonly receipts: ReceiptInbox,
  ) {}

  /** Submits one part. */
  async submit(fields: Record<string, unknown>): Promise<Submitted> {
    let session: Session;
    try {
      session = await this.bound();
    } catch (error) {
      return { kind: 'NOT_SENT', detail: (error as Error).message };
    }
    return this.exchange(session, fields);
  }

  /** Binds. @throws {BindRefusedError} for a wrong login, {Error} when the centre cannot be reached. */
  async bound(): Promise<Session> {
    this.session ??= this.bind().catch((error: unknown) => {
      this.session = null;
      throw error;
    });
    return this.session;
  }

  /** Unbinds and closes. */
  async close(): Promise<void> {
    const session = await this.session?.catch(() => null);
    if (!session) return;
    await this.receipts.flush();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1_000);
      session.unbind(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    session.destroy();
  }

  private exchange(session: Session, fields: Record<string, unknown>): Promise<Submitted> {
    return new Promise((resolve) => {
      const settle = (result: Submitted): void => {
        clearTimeout(timer);
        this.unanswered.delete(onLost);
        resolve(result);
      };
      const onLost = (): void => settle({ kind: 'NO_ANSWER', detail: 'The connection to the SMS centre broke' });
      const timer = setTimeout(() => {
        settle({ kind: 'NO_ANSWER', detail: 'The SMS centre gave no answer' });
        session.destroy();
      }, answerTimeoutMs);
      this.unanswered.add(onLost);
      const isWritten = session.submit_sm(fields, (pdu) => settle({ kind: 'ANSWERED', pdu }));
      if (!isWritten) settle({ kind: 'NOT_SENT', detail: 'The connection to the SMS centre is closed' });
    });
  }

  private async bind(): Promise<Session> {
    const { host, port, isTls, systemId, password, systemType } = this.centre;
    const session = library.connect({ host, port, tls: isTls });
    session.on('close', () => this.lost());
    session.on('deliver_sm', (pdu: Pdu) => this.receipts.take(session, pdu));
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      session.close();
    });
    const login = { system_id: systemId, password, system_type: systemType };
    const answer = await new Promise<Pdu>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('The SMS centre did not answer the bind')), bindTimeoutMs);
      session.on('error', (error: Error) => reject(error));
      session.on('close', () => reject(new Error('The SMS centre closed the connection')));
      session.on(isTls ? 'secureConnect' : 'connect', () =>
        session.bind_transceiver(login, (pdu) => {
          clearTimeout(timer);
          resolve(pdu);
        }),
      );
    }).catch((error: unknown) => {
      session.destroy();
      throw error;
    });
    if (answer.command_status !== status.ok) {
      session.destroy();
      throw new BindRefusedError(`The SMS centre refused the login (status 0x${answer.command_status.toString(16)})`);
    }
    this.keepAlive(session);
    return session;
  }

  private keepAlive(session: Session): void {
    const timer = setInterval(() => {
      const silence = setTimeout(() => session.destroy(), bindTimeoutMs);
      session.enquire_link(() => clearTimeout(silence));
    }, enquireEveryMs);
    timer.unref();
    session.on('close', () => clearInterval(timer));
  }

  private lost(): void {
    this.session = null;
    for (const onLost of [...this.unanswered]) onLost();
  }
}
