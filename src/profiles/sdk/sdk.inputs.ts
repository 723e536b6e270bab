import { type ApnsEnvironment, apnsEnvironments, type PushService, pushServices } from '@libs/delivery';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsISO8601,
  IsISO31661Alpha2,
  IsObject,
  IsOptional,
  IsString,
  IsTimeZone,
  IsUrl,
  Length,
  Matches,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { type Browser, browsers } from '../domain/browser';
import { type Subscription, subscriptions } from '../domain/subscription';

const given = ValidateIf((_object, value) => value !== undefined && value !== null);

/** The keys of a browser's push subscription, base64url. */
export class WebPushKeysInput {
  @Matches(/^[\w-]{80,120}={0,2}$/, { message: 'p256dh must be a base64url public key' })
  p256dh!: string;

  @Matches(/^[\w-]{16,64}={0,2}$/, { message: 'auth must be base64url' })
  auth!: string;
}

/** A browser's push subscription as `PushSubscription.toJSON()` gives it. */
export class WebPushInput {
  @IsUrl({ protocols: ['https'], require_protocol: true })
  @MaxLength(2_048)
  endpoint!: string;

  @ValidateNested()
  @Type(() => WebPushKeysInput)
  keys!: WebPushKeysInput;
}

/** Keys that an app made, base64url; the private one stays with it. */
export class EncryptionKeysInput {
  @IsString()
  @MaxLength(100)
  p256dh!: string;

  @IsString()
  @MaxLength(100)
  auth!: string;
}

/** What an installation says about itself. What is absent stays, null empties. */
export class DeviceInput {
  @given
  @IsString()
  @Length(1, 4_096)
  pushToken?: string | null;

  @given
  @IsIn([...pushServices])
  pushService?: PushService | null;

  @given
  @IsIn([...apnsEnvironments])
  apnsEnvironment?: ApnsEnvironment | null;

  @given
  @ValidateNested()
  @Type(() => WebPushInput)
  webPush?: WebPushInput | null;

  @given
  @ValidateNested()
  @Type(() => EncryptionKeysInput)
  encryptionKeys?: EncryptionKeysInput | null;

  @given
  @IsIn([...browsers])
  browser?: Browser | null;

  @IsOptional()
  @IsBoolean()
  isAddressable?: boolean;

  @given
  @Matches(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/, { message: 'language must be a tag such as en or pt-BR' })
  language?: string | null;

  @given
  @IsISO31661Alpha2()
  country?: string | null;

  @given
  @IsTimeZone()
  timeZone?: string | null;

  @given
  @IsString()
  @Length(1, 64)
  appVersion?: string | null;
}

/** A new installation. */
export class RegisterDeviceInput extends DeviceInput {
  @Matches(/^[\w.:-]{8,128}$/, { message: 'installationId must have 8 to 128 letters, digits or . : _ -' })
  installationId!: string;
}

/** Who is signed in; an empty user ID signs out. */
export class IdentifyInput {
  @IsString()
  @MaxLength(255)
  userId!: string;

  @given
  @Matches(/^[0-9a-f]{64}$/, { message: 'proof must be the hexadecimal HMAC-SHA256 of the user ID' })
  proof?: string | null;
}

/** Values to store; null removes one. */
export class AttributesInput {
  @IsOptional()
  @IsObject()
  profile?: Record<string, unknown>;

  @IsOptional()
  @IsObject()
  device?: Record<string, unknown>;
}

/** Whether this installation wants push messages. */
export class PushSubscriptionInput {
  @IsBoolean()
  subscribed!: boolean;
}

/** What the person says about e-mail and SMS. What is absent stays. */
export class SubscriptionsInput {
  @IsOptional()
  @IsIn([...subscriptions])
  email?: Subscription;

  @IsOptional()
  @IsIn([...subscriptions])
  sms?: Subscription;
}

/** One thing that happened. */
export class HitInput {
  @IsString()
  @Length(1, 100)
  name!: string;

  @IsOptional()
  value?: unknown;

  @IsOptional()
  @IsISO8601({ strict: true })
  occurredAt?: string;
}

/** Up to 1,000 things that happened. */
export class HitsInput {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1_000)
  @ValidateNested({ each: true })
  @Type(() => HitInput)
  hits!: HitInput[];
}
