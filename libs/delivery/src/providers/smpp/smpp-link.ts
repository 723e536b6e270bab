import { connect, type SmppAccess } from './connect';
import { LinkUnavailableError, NoAnswerError, NotWrittenError } from './errors';
import { commandStatus, type SmppCommand, type SmppPdu, type SmppSocket } from './smpp-library';

/** How long to wait for what, in milliseconds. */
export interface SmppTimes {
  connectMs: number;
  answerMs: number;
  enquireEveryMs: number;
  closeMs: number;
}

interface LinkHandlers {
  /** Takes a `deliver_sm`; true once it is stored, and only then is it answered as taken. */
  onDeliver: (pdu: SmppPdu) => Promise<boolean>;
  onLost: () => void;
}

/** One bound connection. It keeps itself alive with enquire_link and gives up when that is not answered. */
export class SmppLink {
  private readonly pending = new Set<(error: Error) => void>();
  private keepAlive: NodeJS.Timeout | null = null;
  private isLost = false;
  private isRetired = false;

  private constructor(
    private readonly socket: SmppSocket,
    private readonly times: SmppTimes,
    private readonly handlers: LinkHandlers,
  ) {
    socket.on('error', () => this.lose());
    socket.on('close', () => this.lose());
    socket.on('enquire_link', (pdu) => void socket.send(pdu.response()));
    socket.on('deliver_sm', (pdu) => void this.deliver(pdu));
    socket.on('unbind', (pdu) => {
      socket.send(pdu.response());
      this.lose();
    });
  }

  /** Connects and binds as a transceiver. @throws {LinkUnavailableError} */
  static async open(access: SmppAccess, times: SmppTimes, handlers: LinkHandlers): Promise<SmppLink> {
    const link = new SmppLink(await connect(access, times.connectMs), times, handlers);
    try {
      await link.bind(access);
      return link;
    } catch (cause) {
      link.lose();
      if (cause instanceof LinkUnavailableError) throw cause;
      throw new LinkUnavailableError('host', 'The SMS centre did not answer the bind', { cause });
    }
  }

  /** Not when it is lost, nor when the centre does not take it for bound: what is asked already still gets its answer. */
  get isUsable(): boolean {
    return !this.isLost && !this.isRetired;
  }

  /** Sends and waits for the answer. @throws {NotWrittenError} @throws {NoAnswerError} */
  request(command: SmppCommand, members: Record<string, unknown> = {}): Promise<SmppPdu> {
    const { answerMs } = this.times;
    return new Promise((resolve, reject) => {
      if (this.isLost) return reject(new NotWrittenError('The connection is gone'));
      const settle = () => {
        clearTimeout(timer);
        this.pending.delete(fail);
      };
      const fail = (error: Error) => {
        settle();
        reject(error);
      };
      const timer = setTimeout(() => fail(new NoAnswerError(`No answer to ${command} in ${answerMs} ms`)), answerMs);
      this.pending.add(fail);
      const isWritten = this.socket[command](members, (answer) => {
        settle();
        resolve(answer);
        if (answer.command_status === commandStatus.invalidBindState) this.isRetired = true;
        if (this.isRetired && this.pending.size === 0) this.lose();
      });
      if (!isWritten) fail(new NotWrittenError('The connection is closing'));
    });
  }

  /** Says goodbye, within bounds, and closes. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.lose(), this.times.closeMs);
    await this.request('unbind').catch(() => undefined);
    clearTimeout(timer);
    this.lose();
  }

  private async bind({ systemId, password, systemType }: SmppAccess): Promise<void> {
    const login = { system_id: systemId, password, system_type: systemType };
    const { command_status: status } = await this.request('bind_transceiver', { ...login, interface_version: 0x34 });
    if (status !== commandStatus.ok) throw bindRefusal(status);
    this.keepAlive = setInterval(() => void this.enquire(), this.times.enquireEveryMs);
  }

  private async enquire(): Promise<void> {
    await this.request('enquire_link').catch(() => this.lose());
  }

  private async deliver(pdu: SmppPdu): Promise<void> {
    const isStored = await this.handlers.onDeliver(pdu);
    const members = isStored ? {} : { command_status: commandStatus.receiverTemporaryError };
    if (!this.isLost) this.socket.send(pdu.response(members));
  }

  private lose(): void {
    if (this.isLost) return;
    this.isLost = true;
    if (this.keepAlive) clearInterval(this.keepAlive);
    this.socket.destroy();
    for (const fail of [...this.pending]) fail(new NoAnswerError('The connection was lost before the answer'));
    this.handlers.onLost();
  }
}

function bindRefusal(status: number): LinkUnavailableError {
  const code = `0x${status.toString(16).padStart(2, '0')}`;
  if (status === commandStatus.invalidPassword)
    return new LinkUnavailableError('password', `The SMS centre refused the password (${code})`);
  if (status === commandStatus.invalidSystemId || status === commandStatus.bindFailed)
    return new LinkUnavailableError('systemId', `The SMS centre refused the system id or password (${code})`);
  return new LinkUnavailableError('systemId', `The SMS centre refused the bind (${code})`);
}
