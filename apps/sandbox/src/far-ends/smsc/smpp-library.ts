import type { Server, Socket } from 'node:net';

/** The members of a PDU that the far end reads; the library sets those of the command at hand. */
export interface SmppPdu {
  command: string;
  sequence_number: number;
  command_status?: number;
  system_id?: string;
  password?: string;
  source_addr?: string;
  destination_addr?: string;
  data_coding?: number;
  esm_class?: number;
  registered_delivery?: number;
  short_message?: { message?: string | Buffer; udh?: Buffer[] };
  message_payload?: { message?: string | Buffer; udh?: Buffer[] };
  sar_msg_ref_num?: number;
  sar_total_segments?: number;
  sar_segment_seqnum?: number;
  response(members?: Record<string, unknown>): SmppPdu;
}

/** One connection of a client, as the library offers it. */
export interface SmppSession {
  socket: Socket;
  on(event: 'pdu', listener: (pdu: SmppPdu) => void): void;
  on(event: 'error' | 'close', listener: () => void): void;
  send(pdu: SmppPdu): boolean;
  deliver_sm(members: Record<string, unknown>, answered: (answer: SmppPdu) => void): boolean;
  close(): void;
  destroy(): void;
}

interface SmppLibrary {
  createServer(listener: (session: SmppSession) => void): Server;
}

/** The SMPP library, which ships no types: only what the far end uses of it. */
export const smpp: SmppLibrary = require('smpp');

/** Status codes of SMPP 3.4 §5.1.3. */
export const commandStatus = {
  ok: 0x00,
  invalidCommandId: 0x03,
  invalidBindStatus: 0x04,
  alreadyBound: 0x05,
  systemError: 0x08,
  invalidDestination: 0x0b,
  invalidPassword: 0x0e,
  invalidSystemId: 0x0f,
  throttled: 0x58,
} as const;
