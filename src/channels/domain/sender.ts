import type { HandOver, OutboundMessage, ProviderDefinition, SendResult } from '@libs/delivery';

/** A provider account that takes messages of one medium. */
export interface Sender {
  accountId: string;
  /** Key of the provider, such as `fcm`. */
  provider: string;
  /** Whether the provider recognises a delivery id that it has seen. */
  dedupe: ProviderDefinition['dedupe'];
  /** Milliseconds until this process tries the account again because it was down; 0 while it is in use. */
  waitMs(): number;
  /** One result per message, in their order. Never throws. Goes over connections that the process shares and keeps. */
  sendBatch(messages: OutboundMessage[], handOver: HandOver): Promise<SendResult[]>;
}
