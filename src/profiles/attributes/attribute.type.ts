import { ConnectionType, UserError } from '@libs/platform';
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsBoolean, Length } from 'class-validator';
import { type AttributeTarget, type AttributeType, attributeTargets, attributeTypes } from '../domain/attribute';
import type { AttributeProblemCode } from './manage-attributes';

const enumOf = <T extends string>(words: readonly T[]) => Object.fromEntries(words.map((word) => [word, word]));

/** {@link attributeTypes} as GraphQL has them. */
export const AttributeTypeEnum = enumOf(attributeTypes);
registerEnumType(AttributeTypeEnum, { name: 'AttributeType', description: 'What the values of an attribute can be.' });

const AttributeTargetEnum = enumOf(attributeTargets);
registerEnumType(AttributeTargetEnum, {
  name: 'AttributeTarget',
  description: 'Whether it is of a person or a device.',
});

const codes: AttributeProblemCode[] = ['INVALID', 'NOT_FOUND', 'CONFLICT', 'NAME_TAKEN', 'IN_USE', 'NOT_ALLOWED'];
const AttributeErrorCodeEnum = enumOf(codes);
registerEnumType(AttributeErrorCodeEnum, { name: 'AttributeErrorCode', description: 'Why a change was refused.' });

@ObjectType('AttributeDefinition', { description: 'A custom attribute of the project.' })
export class AttributeDefinitionType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'Its name, as files and Optimove write it.' })
  name!: string;

  @Field(() => AttributeTypeEnum, { description: 'What its values can be.' })
  type!: string;

  @Field(() => AttributeTargetEnum, { description: 'Whether it is of a person or a device.' })
  target!: string;

  @Field(() => Int, { description: 'Send it back with a change; two changes at once are detected.' })
  version!: number;

  @Field({ description: 'Since when.' })
  createdAt!: Date;
}

@ObjectType('AttributeDefinitionConnection', { description: 'A page of the attributes of the project, oldest first.' })
export class AttributeDefinitionConnection extends ConnectionType(AttributeDefinitionType) {}

@InputType({ description: 'An attribute to add.' })
export class CreateAttributeDefinitionInput {
  @Field({ description: 'Its name; unique in the project, case matters.' })
  @Length(1, 100)
  name!: string;

  @Field(() => AttributeTypeEnum, { description: 'What its values can be.' })
  type!: AttributeType;

  @Field(() => AttributeTargetEnum, { defaultValue: 'PROFILE', description: 'Whether it is of a person or a device.' })
  target!: AttributeTarget;
}

@InputType({ description: 'A new name of an attribute.' })
export class RenameAttributeDefinitionInput {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => Int, { description: 'The version that you read.' })
  version!: number;

  @Field({ description: 'The new name. Stored values keep the old one; a suppression attribute stops syncing.' })
  @Length(1, 100)
  name!: string;
}

@InputType({ description: 'Another type of an attribute.' })
export class ConvertAttributeDefinitionInput {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => Int, { description: 'The version that you read.' })
  version!: number;

  @Field(() => AttributeTypeEnum, { description: 'What its values become; look at attributeConversion first.' })
  type!: AttributeType;

  @Field({ defaultValue: false, description: 'Say true once you have read attributeDeletionConsequences.' })
  @IsBoolean()
  acceptConsequences: boolean = false;
}

@InputType({ description: 'Which attribute to delete.' })
export class DeleteAttributeDefinitionInput {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => Int, { description: 'The version that you read.' })
  version!: number;

  @Field({ defaultValue: false, description: 'Say true once you have read attributeDeletionConsequences.' })
  @IsBoolean()
  acceptConsequences: boolean = false;
}

@ObjectType('AttributeUserError', { implements: () => UserError, description: 'Why a change was refused.' })
export class AttributeUserError extends UserError {
  @Field(() => AttributeErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('AttributeDefinitionPayload', { description: 'Outcome of a change of the list of attributes.' })
export class AttributeDefinitionPayload {
  @Field(() => AttributeDefinitionType, { nullable: true, description: 'The attribute; null when refused.' })
  attributeDefinition!: AttributeDefinitionType | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The task that converts or removes the stored values; values that do not fit are its errors.',
  })
  taskId!: string | null;

  @Field(() => [AttributeUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: AttributeUserError[];
}

/** What to look at before an attribute is defined. */
@ArgsType()
export class AttributeConversionArgs {
  @Field({ description: 'Its name, as it is stored.' })
  @Length(1, 100)
  name!: string;

  @Field(() => AttributeTypeEnum, { description: 'What its values would be.' })
  type!: AttributeType;

  @Field(() => AttributeTargetEnum, { defaultValue: 'PROFILE', description: 'Whether it is of a person or a device.' })
  target!: AttributeTarget;
}

@ObjectType('AttributeConversion', { description: 'What a type would mean for values that are stored already.' })
export class AttributeConversionType {
  @Field(() => Int, { description: 'Profiles, or devices, with a value under the name that were looked at.' })
  examined!: number;

  @Field(() => Int, { description: 'Those whose value does not fit; it stays as it is, and no rule finds it.' })
  misfits!: number;

  @Field(() => Int, {
    description: 'Those whose value fits but is stored in another form; no rule finds it until it is sent again.',
  })
  otherForm!: number;

  @Field(() => [String], { description: 'Why values do not fit, each once; at most 20.' })
  samples!: string[];

  @Field({ description: 'Whether all were looked at; false when that would have taken longer than ten seconds.' })
  isComplete!: boolean;
}
