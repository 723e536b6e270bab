import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { FaultKind, FaultSwitch } from '../faults/fault-switch';
import type { Inbox } from '../inbox/inbox';
import type { MailReports } from './mail-reports';
import { readMail } from './read-mail';

const largestMailBytes = 1_024 * 1_024;

/** A mail server that accepts everything except addresses that start with `bounce-`, and puts it into the inbox. */
export function createSmtpFarEnd({ faults, inbox, reports }: Parts): SMTPServer {
  const sockets = new Map<number, Socket>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    banner: 'far end',
    size: largestMailBytes,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'anyone' }),
    onRcptTo: ({ address }, _session, done) => done(/^bounce-/i.test(address) ? noSuchMailbox(address) : null),
    onData: (stream, session, done) => {
      take(stream, { faults, inbox, reports, session }).then(
        (answer) => (answer === 'close' ? sockets.get(session.remotePort)?.destroy() : done(null, answer)),
        (error: Error) => done(error),
      );
    },
  });
  server.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
  });
  // A sender that drops its connection is no trouble of the far end.
  server.on('error', () => undefined);
  return server;
}

interface Parts {
  faults: FaultSwitch;
  inbox: Inbox;
  reports: MailReports;
}

interface Transaction extends Parts {
  session: SMTPServerSession;
}

/** Takes one mail; the text of the reply, or `close`. A refusal is thrown. */
async function take(stream: AsyncIterable<Buffer>, { faults, inbox, reports, session }: Transaction): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes <= largestMailBytes) chunks.push(chunk);
  }
  if (bytes > largestMailBytes) throw reply(552, 'Message too big for system');
  const fault = await faults.next();
  if (fault === 'close') return 'close';
  if (fault !== 'none') throw faultReply(fault);
  const messageId = randomBytes(8).toString('hex');
  const raw = Buffer.concat(chunks);
  const mail = { at: new Date().toISOString(), messageId, ...readMail(raw) };
  session.envelope.rcptTo.forEach(({ address }, at) => {
    const copy = at === 0 ? '' : `#${at}`;
    const message = { ...mail, messageId: messageId + copy };
    inbox.accept('email', { identity: (mail.deliveryId ?? messageId) + copy, address, message });
    reports.about({ address, headers: raw.toString('latin1').split('\r\n\r\n')[0] ?? '' });
  });
  return `Ok: queued as ${messageId}`;
}

function faultReply(fault: Exclude<FaultKind, 'none' | 'hang' | 'close'>): Error {
  return fault === '429' ? reply(451, 'Too many messages, try again later') : reply(554, 'System failure');
}

function noSuchMailbox(address: string): Error {
  return reply(550, `<${address}>: Recipient address rejected: User unknown`);
}

/** The server puts the matching enhanced status code in front of the text: 5.1.1 for 550. */
function reply(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}
