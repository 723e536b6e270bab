export { type AddressAnswer, type AddressAnswerHandler, AddressAnswers } from './address-answers';
export {
  BrowserEnum,
  DeviceTargetingInput,
  PushPlatformEnum,
  toTargeting,
} from './api/device-targeting.inputs';
export { ApnsEnvironmentEnum, PushServiceEnum } from './api/push-service.enum';
export { AttributeDefinitions } from './attributes/attribute-definitions';
export { type AttributeEnd, type AttributeEndHandler, AttributeEnds } from './attributes/attribute-ends';
export { type AttributeNames, TimedAttributes } from './attributes/timed-attributes';
export { Contactability } from './contactability';
export { type DependentSource, Dependents, type Part } from './dependents';
export type { App } from './domain/app';
export { type AttributeDefinition, type AttributeType, attributeTypes } from './domain/attribute';
export type { Behaviour, CampaignDeedRow, RefusedBehaviour } from './domain/behaviour';
export type { Browser } from './domain/browser';
export type { ConsentAnswer, ConsentSource } from './domain/consent';
export { type ContactabilityRow, type ContactMedium, contactMedia } from './domain/contactability';
export type { DeviceFilter, DeviceTargeting } from './domain/device-filter';
export type { KnownDevice } from './domain/known-device';
export type { ContactRow, DeadAddress, ReachRow } from './domain/reach';
export type { RuleFault } from './domain/segments/faults';
export type { FreezeOutcome, FrozenSegment } from './domain/segments/frozen-segment';
export type { ReadRules } from './domain/segments/read-rules';
export type { SegmentRules } from './domain/segments/rules';
export { type Subscription, subscriptions } from './domain/subscription';
export { isUserId, withoutBlanks } from './domain/user-id';
export { type CsvRecord, csvRecords } from './imports/csv-records';
export { type MergeHandler, Merges, type ProfileMerge } from './merges';
export {
  type NamedCustomer,
  type Person,
  PersonalData,
  type PersonalDataSource,
  type PersonalRecord,
  recordsOf,
} from './personal-data/personal-data';
export { ProfilesModule } from './profiles.module';
export { ProfilesService } from './profiles.service';
export { ProfilesApiModule } from './profiles-api.module';
export { ProfilesWorkerModule } from './profiles-worker.module';
export { CurrentDevice, DeviceGuard } from './sdk/sdk.guard';
export { sealedByProfiles } from './sealed-columns';
export { RuleSubjects } from './segments/rule-subjects';
export { SegmentRulesError, Segments } from './segments/segments';
