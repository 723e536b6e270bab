import { type ApnsEnvironment, apnsEnvironments } from '@libs/delivery';
import { Field, InputType, registerEnumType } from '@nestjs/graphql';
import { ArrayMaxSize, IsIn, IsOptional } from 'class-validator';
import { browsers } from '../domain/browser';
import { type DeviceTargeting, pushPlatforms } from '../domain/device-filter';
import { ApnsEnvironmentEnum } from './push-service.enum';

/** Systems of phones as GraphQL has them. */
export const PushPlatformEnum = Object.fromEntries(pushPlatforms.map((platform) => [platform, platform]));
registerEnumType(PushPlatformEnum, { name: 'PushPlatform', description: 'The system of a phone.' });

/** Browsers as GraphQL has them. */
export const BrowserEnum = Object.fromEntries(browsers.map((browser) => [browser, browser]));
registerEnumType(BrowserEnum, {
  name: 'Browser',
  description: 'A browser, as the site named it or else by its push service.',
});

@InputType({ description: 'To which devices push messages are kept; what is absent or null is not restricted.' })
export class DeviceTargetingInput {
  @Field(() => [PushPlatformEnum], { nullable: true, description: 'Systems that mobile push is kept to.' })
  @IsOptional()
  @ArrayMaxSize(pushPlatforms.length)
  @IsIn(pushPlatforms, { each: true })
  platforms?: DeviceTargeting['platforms'] | null;

  @Field(() => [ApnsEnvironmentEnum], {
    nullable: true,
    description:
      'Kinds of installations that mobile push to iPhones is kept to; those with tokens of FCM count as PRODUCTION.',
  })
  @IsOptional()
  @ArrayMaxSize(apnsEnvironments.length)
  @IsIn(apnsEnvironments, { each: true })
  apnsEnvironments?: ApnsEnvironment[] | null;

  @Field(() => [BrowserEnum], { nullable: true, description: 'Browsers that web push is kept to.' })
  @IsOptional()
  @ArrayMaxSize(browsers.length)
  @IsIn(browsers, { each: true })
  browsers?: DeviceTargeting['browsers'] | null;
}

/** What devices are targeted, in the domain's shape; nothing at all takes it away. */
export function toTargeting(given: DeviceTargetingInput | null | undefined): DeviceTargeting | null | undefined {
  if (!given) return given;
  const { platforms, apnsEnvironments: environments, browsers: named } = given;
  if (!platforms && !environments && !named) return null;
  return {
    ...(platforms ? { platforms } : {}),
    ...(environments ? { apnsEnvironments: environments } : {}),
    ...(named ? { browsers: named } : {}),
  };
}
