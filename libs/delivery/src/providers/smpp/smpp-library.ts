import type { Socket } from 'node:net';

/** The members of a PDU that the provider reads; the library sets those of the command at hand. */
export interface SmppPdu {
  command_status: number;
  message_id?: string;
  source_addr?: string;
  source_addr_ton?: number;
  destination_addr?: string;
  esm_class?: number;
  short_message?: { message?: string | Buffer };
  message_payload?: { message?: string | Buffer };
  receipted_message_id?: string;
  message_state?: number;
  network_error_code?: Buffer;
  response(members?: Record<string, unknown>): SmppPdu;
}

/** The text of a PDU; the library has decoded it where its coding is known. */
export function textOf({ short_message, message_payload }: SmppPdu): string {
  const text = short_message?.message || message_payload?.message || '';
  return typeof text === 'string' ? text : text.toString('latin1');
}

/** The commands that a client sends and that are answered. */
export type SmppCommand = 'bind_transceiver' | 'submit_sm' | 'enquire_link' | 'unbind';

type Send = (members: Record<string, unknown>, answered: (answer: SmppPdu) => void) => boolean;

/** A connection, as the library offers it. A send returns false when nothing was written. */
export interface SmppSocket extends Record<SmppCommand, Send> {
  socket: Socket;
  on(event: 'deliver_sm' | 'enquire_link' | 'unbind', listener: (pdu: SmppPdu) => void): void;
  on(event: 'connect' | 'secureConnect' | 'close', listener: () => void): void;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): void;
  send(pdu: SmppPdu): boolean;
  destroy(): void;
}

interface SmppLibrary {
  connect(options: { host: string; port: number; tls: boolean }): SmppSocket;
  encodings: Record<'ASCII' | 'UCS2', { encode(text: string): Buffer }>;
}

/** The SMPP library, which ships no types: only what the provider uses of it. */
export const smppLibrary: SmppLibrary = require('smpp');

/** Status codes of SMPP 3.4 §5.1.3. */
export const commandStatus = {
  ok: 0x00,
  invalidBindState: 0x04,
  systemError: 0x08,
  invalidDestination: 0x0b,
  bindFailed: 0x0d,
  invalidPassword: 0x0e,
  invalidSystemId: 0x0f,
  queueFull: 0x14,
  submitFailed: 0x45,
  throttled: 0x58,
  receiverTemporaryError: 0x64,
} as const;
