export type {
  EmailMessage,
  HandOver,
  InAppMessage,
  InboxMessage,
  KeptMessage,
  Medium,
  MessageButton,
  OutboundMessage,
  ProviderDefinition,
  ProviderSession,
  ProviderSettings,
  PushMessage,
  Receipt,
  SendResult,
  SessionOptions,
  SettingField,
  SettingProblem,
  ShowTrigger,
  SmsMessage,
  WebPushMessage,
} from './contract';
export { late, lateReason } from './contract';
export { AccessTokens } from './providers/fcm/access-token';
export { pushPayloadBytes } from './providers/fcm/payload-bytes';
export { readServiceAccount } from './providers/fcm/service-account';
export { getProvider, providers } from './registry';
export { countSmsParts, type SmsParts } from './sms-parts';
