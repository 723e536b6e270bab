import { Field, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsIn, IsOptional } from 'class-validator';
import { browsers, type DeviceTargeting, pushGroups, pushPlatforms } from '../../domain/content/targeting';
import { enumOf } from './enum-of';

const PushPlatformEnum = enumOf(pushPlatforms);
registerEnumType(PushPlatformEnum, { name: 'PushPlatform', description: 'The system of a phone.' });

const BrowserEnum = enumOf(browsers);
registerEnumType(BrowserEnum, { name: 'Browser', description: 'A browser, by its push service.' });

/** Groups of people by push messages, as GraphQL names them. */
export const PushGroupEnum = enumOf(pushGroups);
registerEnumType(PushGroupEnum, {
  name: 'PushGroup',
  description:
    'Whom a message complements. PUSH_SUBSCRIBED: people with a device that push messages may go to. PUSH_NOT_SUBSCRIBED: everybody else.',
});

@InputType({ description: 'To which devices push messages are kept; what is absent or null is not restricted.' })
export class DeviceTargetingInput {
  @Field(() => [PushPlatformEnum], { nullable: true, description: 'Systems that mobile push is kept to.' })
  @IsOptional()
  @IsIn(pushPlatforms, { each: true })
  platforms?: DeviceTargeting['platforms'] | null;

  @Field(() => [BrowserEnum], { nullable: true, description: 'Browsers that web push is kept to.' })
  @IsOptional()
  @IsIn(browsers, { each: true })
  browsers?: DeviceTargeting['browsers'] | null;
}

@ObjectType('DeviceTargeting', { description: 'To which devices push messages are kept; null: all.' })
export class DeviceTargetingType {
  @Field(() => [PushPlatformEnum], { nullable: true, description: 'Systems that mobile push is kept to.' })
  platforms!: string[] | null;

  @Field(() => [BrowserEnum], { nullable: true, description: 'Browsers that web push is kept to.' })
  browsers!: string[] | null;
}

/** What devices are targeted, in the domain's shape; nothing at all takes it away. */
export function toTargeting(given: DeviceTargetingInput | null | undefined): DeviceTargeting | null | undefined {
  if (!given) return given;
  const { platforms, browsers: named } = given;
  if (!platforms && !named) return null;
  return { ...(platforms ? { platforms } : {}), ...(named ? { browsers: named } : {}) };
}
