import { once } from 'node:events';
import { Readable } from 'node:stream';
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';

/** Address and credentials of a mail server. */
export interface MailServer extends SMTPConnectionOptions {
  user?: string;
  password?: string;
}

/** A finished MIME message and its envelope. */
export interface Mail {
  from: string;
  to: string;
  raw: Buffer;
}

/** What a mail server made of a message. */
export type MailOutcome =
  | { isAccepted: true; response: string }
  | { isAccepted: false; error: MailError; wasWritten: boolean };

/** An error as the SMTP library gives it. */
export interface MailError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
  command?: string;
}

/** One connection to a mail server, opened before each message unless it stands. */
export class SmtpLine {
  private connection: SMTPConnection | null = null;

  constructor(private readonly server: MailServer) {}

  /** Sends one message over the open connection; calls must not overlap. `wasWritten` says whether any of it may have reached the server. */
  async send({ from, to, raw }: Mail): Promise<MailOutcome> {
    let wasWritten = false;
    const body = Readable.from(
      (function* () {
        wasWritten = true;
        yield raw;
      })(),
    );
    try {
      const { connection } = this;
      if (!connection) throw Object.assign(new Error('The connection is gone'), { code: 'ECONNECTION' });
      const response = await exchange(connection, { from, to, body });
      return { isAccepted: true, response };
    } catch (error) {
      const problem = error as MailError;
      if (problem.responseCode === undefined || !(await this.reset())) this.drop();
      return { isAccepted: false, error: problem, wasWritten };
    }
  }

  /** Connects and logs in, unless that is done; what was wrong, or null. */
  async open(): Promise<MailError | null> {
    if (this.connection) return null;
    const connection = new SMTPConnection(this.server);
    connection.on('end', () => this.forget(connection));
    connection.on('error', () => this.forget(connection));
    try {
      await connected(connection);
      if (this.server.user) await login(connection, this.server);
    } catch (error) {
      connection.close();
      return error as MailError;
    }
    this.connection = connection;
    return null;
  }

  /** Says goodbye. */
  close(): void {
    this.connection?.quit();
    this.connection = null;
  }

  private async reset(): Promise<boolean> {
    const { connection } = this;
    if (!connection) return false;
    return new Promise((resolve) => connection.reset((error) => resolve(!error)));
  }

  private drop(): void {
    this.connection?.close();
    this.connection = null;
  }

  private forget(connection: SMTPConnection): void {
    if (this.connection === connection) this.connection = null;
  }
}

async function connected(connection: SMTPConnection): Promise<void> {
  const failed = once(connection, 'error').then(([error]) => {
    throw error;
  });
  await Promise.race([new Promise<void>((resolve) => connection.connect(() => resolve())), failed]);
}

function login(connection: SMTPConnection, { user, password }: MailServer): Promise<void> {
  return new Promise((resolve, reject) =>
    connection.login({ user, pass: password }, (error) => (error ? reject(error) : resolve())),
  );
}

/** The library tells a broken connection by an event, a refusal by the callback: whichever comes first. */
function exchange(connection: SMTPConnection, mail: { from: string; to: string; body: Readable }): Promise<string> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      connection.off('error', onError);
      connection.off('end', onEnd);
      finish();
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onEnd = (): void =>
      settle(() => reject(Object.assign(new Error('The connection ended'), { code: 'ECONNECTION' })));
    connection.on('error', onError);
    connection.on('end', onEnd);
    connection.send({ from: mail.from, to: [mail.to] }, mail.body, (error, info) =>
      settle(() => (error ? reject(error) : resolve(String(info?.response ?? '')))),
    );
  });
}
