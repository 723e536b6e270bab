import { ConnectionType } from '@libs/platform';
import { Field, ID, ObjectType } from '@nestjs/graphql';
import { SubscriptionEnum } from './profile.type';

@ObjectType('SubscriptionChange', { description: 'One change of what a person said about messages.' })
export class SubscriptionChangeType {
  @Field(() => ID, { description: 'Our id; later changes have higher ones.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'The installation it is about; null for e-mail and SMS.' })
  deviceId!: string | null;

  @Field({ description: 'EMAIL, SMS, MOBILE_PUSH or WEB_PUSH.' })
  medium!: string;

  @Field(() => String, { nullable: true, description: 'The address or number at that moment.' })
  address!: string | null;

  @Field(() => SubscriptionEnum, { description: 'What they had said before.' })
  before!: string;

  @Field(() => SubscriptionEnum, { description: 'What they said then.' })
  after!: string;

  @Field({ description: 'Where it came from, such as SDK, IMPORT, API, UNSUBSCRIBE_LINK or DEVICE_MOVED.' })
  source!: string;

  @Field({ description: 'When.' })
  changedAt!: Date;
}

@ObjectType('SubscriptionChangeConnection', { description: 'A page of changes, newest first.' })
export class SubscriptionChangeConnection extends ConnectionType(SubscriptionChangeType) {}
