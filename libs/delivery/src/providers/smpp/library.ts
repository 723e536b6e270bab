import type { EventEmitter } from 'node:events';

/** A PDU of the library, as far as it is used here. */
export interface Pdu {
  command: string;
  command_status: number;
  message_id?: string;
  esm_class?: number;
  receipted_message_id?: string;
  short_message?: { message?: string | Buffer };
  response(fields?: Record<string, unknown>): Pdu;
}

/** A session of the library, as far as it is used here. */
export interface Session extends EventEmitter {
  bind_transceiver(fields: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
  submit_sm(fields: Record<string, unknown>, done: (pdu: Pdu) => void): boolean;
  enquire_link(done: (pdu: Pdu) => void): boolean;
  unbind(done: (pdu: Pdu) => void): boolean;
  send(pdu: Pdu): boolean;
  close(): void;
  destroy(): void;
}

interface Library {
  connect(options: { host: string; port: number; tls: boolean }): Session;
}

/** The SMPP library; it ships no types. */
export const library = require('smpp') as Library;

/** Status codes of SMPP 3.4 §5.1.3 that we tell apart. */
export const status = {
  ok: 0x00,
  invalidSource: 0x0a,
  invalidDestination: 0x0b,
  bindFailed: 0x0d,
  queueFull: 0x14,
  throttled: 0x58,
  temporaryError: 0x64,
} as const;
