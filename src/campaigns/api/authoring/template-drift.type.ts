import { UserError } from '@libs/platform';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsUUID } from 'class-validator';
import { driftKinds } from '../../domain/template-drift';
import { enumOf } from './enum-of';

const DriftKindEnum = enumOf(driftKinds);
registerEnumType(DriftKindEnum, {
  name: 'TemplateDriftKind',
  description:
    'How a template differs. MISSING: Optimove lacks it. OTHER_NAME: Optimove names it otherwise. LEFT_OVER: Optimove still has what was withdrawn. NOT_OURS: Optimove has what we never published; nobody here touches it.',
});

const TemplateDriftErrorCodeEnum = enumOf(['INVALID', 'NOT_FOUND']);
registerEnumType(TemplateDriftErrorCodeEnum, {
  name: 'TemplateDriftErrorCode',
  description: 'Why nothing was repaired.',
});

@ObjectType('TemplateDifference', { description: 'A template that differs between us and Optimove.' })
export class TemplateDifferenceType {
  @Field(() => DriftKindEnum, { description: 'How.' })
  kind!: string;

  @Field(() => ID, { description: 'Its id in Optimove.' })
  optimoveTemplateId!: string;

  @Field(() => ID, { nullable: true, description: 'Its campaign; null when it is not ours.' })
  campaignId!: string | null;

  @Field(() => String, { nullable: true, description: 'Our name of it.' })
  ourName!: string | null;

  @Field(() => String, { nullable: true, description: 'Optimove’s name of it.' })
  optimoveName!: string | null;
}

@ObjectType('ChannelTemplateDrift', { description: 'How the templates of one Optimove channel stand.' })
export class ChannelTemplateDriftType {
  @Field(() => Int, { description: 'Optimove’s number of the channel.' })
  optimoveChannelId!: number;

  @Field(() => String, { nullable: true, description: 'Why Optimove’s list could not be read; null when it was.' })
  problem!: string | null;

  @Field(() => Int, { description: 'How many templates differ.' })
  count!: number;

  @Field(() => [TemplateDifferenceType], { description: 'What differs, the first 500.' })
  differences!: TemplateDifferenceType[];
}

@InputType({ description: 'Whose templates to mend.' })
export class RepairTemplatesInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsUUID()
  connectionId!: string;
}

@ObjectType('TemplateDriftUserError', { description: 'Why nothing was repaired.' })
export class TemplateDriftUserError extends UserError {
  @Field(() => TemplateDriftErrorCodeEnum, { description: 'Kind of problem.' })
  code!: string;
}

@ObjectType('RepairTemplatesPayload', { description: 'What was mended.' })
export class RepairTemplatesPayload {
  @Field(() => Int, { description: 'Templates that Optimove was told about again.' })
  repaired!: number;

  @Field(() => [ChannelTemplateDriftType], { description: 'How the channels stand after it.' })
  channels!: ChannelTemplateDriftType[];

  @Field(() => [TemplateDriftUserError], { description: 'Problems; when there are any nothing was done.' })
  userErrors!: TemplateDriftUserError[];
}
