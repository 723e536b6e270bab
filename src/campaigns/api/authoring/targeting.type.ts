import { ApnsEnvironmentEnum, BrowserEnum, PushPlatformEnum } from '@modules/profiles';
import { Field, ObjectType, registerEnumType } from '@nestjs/graphql';
import { pushGroups } from '../../domain/content/targeting';
import { enumOf } from './enum-of';

// Loaded here, because a schema knows only what was there before it (`lazy` in .swcrc).
void ApnsEnvironmentEnum;
void BrowserEnum;
void PushPlatformEnum;

/** Groups of people by push messages, as GraphQL names them. */
export const PushGroupEnum = enumOf(pushGroups);
registerEnumType(PushGroupEnum, {
  name: 'PushGroup',
  description:
    'Whom a message complements. PUSH_SUBSCRIBED: people with a device that push messages may go to. PUSH_NOT_SUBSCRIBED: everybody else.',
});

@ObjectType('DeviceTargeting', { description: 'To which devices push messages are kept; null: all.' })
export class DeviceTargetingType {
  @Field(() => [PushPlatformEnum], { nullable: true, description: 'Systems that mobile push is kept to.' })
  platforms!: string[] | null;

  @Field(() => [ApnsEnvironmentEnum], {
    nullable: true,
    description:
      'Kinds of installations that mobile push to iPhones is kept to; those with tokens of FCM count as PRODUCTION.',
  })
  apnsEnvironments!: string[] | null;

  @Field(() => [BrowserEnum], { nullable: true, description: 'Browsers that web push is kept to.' })
  browsers!: string[] | null;
}
