export type { ConsentAnswer, ConsentSource } from './domain/consent';
export type { KnownDevice } from './domain/known-device';
export type { ContactRow, DeadAddress, ReachRow } from './domain/reach';
export { type Subscription, subscriptions } from './domain/subscription';
export { isUserId } from './domain/user-id';
export { ProfilesModule } from './profiles.module';
export { ProfilesService } from './profiles.service';
export { ProfilesApiModule } from './profiles-api.module';
export { CurrentDevice, DeviceGuard } from './sdk/sdk.guard';
