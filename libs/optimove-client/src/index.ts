export { callbackKind, type OptimoveCallback, type ParsedCallback, parseCallback } from './callback';
export type { AttributeChange, ChangePage, UnreadableChange } from './changers';
export {
  type CampaignDetails,
  type ChannelApp,
  type ChannelDetail,
  type ChannelPreference,
  type ChannelTemplate,
  createOptimoveClient,
  type ExecutionChannel,
  largestPreference,
  largestWrite,
  type MetricRow,
  metricIds,
  type OptimoveClient,
  type RegisteredListener,
} from './client';
export {
  type OptimoveError,
  OptimoveFileError,
  OptimovePagingError,
  OptimoveRateLimitedError,
  OptimoveRejectedError,
  OptimoveUnauthorizedError,
  OptimoveUnavailableError,
  OptimoveUnexpectedAnswerError,
} from './errors';
export {
  createEventSender,
  type EventSender,
  type EventSenderOptions,
  largestEventList,
  type MetricEvent,
  oldestEventMs,
  signatureOf,
} from './event-sender';
export type { CustomerFilesQuery, FilePage } from './files/customer-pages';
export {
  type EngagementAnnouncement,
  namesDecryptionKey,
  readEngagement,
  withoutDecryptionKey,
} from './files/engagement';
export type { EngagementMetadata } from './files/metadata';
export type { StorageOptions } from './files/object-request';
export { createOptimoveStorage, type OptimoveStorage } from './files/storage';
export { eventIds, type InteractionBatch, type KnownInteraction, largestInteraction } from './interactions';
export type { Lane, RateBudget } from './rate-budget';
export type { MalformedRow, RecipientPage, RecipientQuery, RecipientRow } from './recipients';
export { strippedCallback } from './stripped-callback';
export type { TransportOptions } from './transport';
