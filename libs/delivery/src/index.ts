export { type BounceCategory, bounceCategories, classifyBounce, isPermanent } from './bounce';
export type {
  ApnsEnvironment,
  EmailMessage,
  EncryptionKeys,
  HandOver,
  InAppMessage,
  InboundText,
  InboxMessage,
  KeptMessage,
  Medium,
  MessageButton,
  OutboundMessage,
  ProviderDefinition,
  ProviderSession,
  ProviderSettings,
  PushMessage,
  PushService,
  Receipt,
  ReportReading,
  ReportRequest,
  SendResult,
  SessionOptions,
  SettingField,
  SettingProblem,
  ShowTrigger,
  SmsMessage,
  WebPushMessage,
} from './contract';
export { apnsEnvironments, connectionsPerHost, late, lateReason, pushServices } from './contract';
export { AccessTokens } from './providers/fcm/access-token';
export { pushPayloadBytes } from './providers/fcm/payload-bytes';
export { readServiceAccount } from './providers/fcm/service-account';
export { encryptionKeysProblem } from './providers/push/encryption-keys';
export {
  MalformedReportError,
  ReportLaterError,
  UnreadableReportError,
} from './providers/smtp/reports/unreadable-report';
export { getProvider, providers } from './registry';
export { type SmsKeyword, smsKeyword, smsKeywords } from './sms-keywords';
export { countSmsParts, type SmsParts } from './sms-parts';
