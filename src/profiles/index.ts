export type { ContactRow, DeadAddress, ReachRow } from './domain/reach';
export { type Subscription, subscriptions } from './domain/subscription';
export { isUserId } from './domain/user-id';
export type { ConsentAnswer, ConsentSource } from './persistence/consent.repository';
export type { KnownDevice } from './persistence/device.repository';
export { ProfilesModule } from './profiles.module';
export { ProfilesService } from './profiles.service';
export { ProfilesApiModule } from './profiles-api.module';
export { CurrentDevice, DeviceGuard } from './sdk/sdk.guard';
