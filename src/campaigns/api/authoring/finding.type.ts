import { Field, ObjectType, registerEnumType } from '@nestjs/graphql';
import { findingCodes } from '../../domain/content/finding';
import { enumOf } from './enum-of';

const FindingCodeEnum = enumOf(findingCodes);
registerEnumType(FindingCodeEnum, { name: 'ContentFindingCode', description: 'The kind of a finding.' });

const FindingSeverityEnum = enumOf(['ERROR', 'WARNING']);
registerEnumType(FindingSeverityEnum, {
  name: 'ContentFindingSeverity',
  description: 'ERROR forbids a launch, WARNING is worth a look.',
});

@ObjectType('ContentFinding', { description: 'Something about the content that its author should know.' })
export class FindingType {
  @Field(() => [String], { description: 'The field, outermost first, such as content, email, subject.' })
  path!: string[];

  @Field(() => FindingCodeEnum, { description: 'The kind of finding.' })
  code!: string;

  @Field(() => FindingSeverityEnum, { description: 'Whether it forbids a launch.' })
  severity!: string;

  @Field({ description: 'What is wrong and what to do about it; names the line where that helps.' })
  message!: string;
}

@ObjectType('ContentPlaceholders', { description: 'The placeholders of some content.' })
export class PlaceholdersType {
  @Field(() => [String], { description: 'Bare names: attributes that Optimove is asked for at each execution.' })
  optimove!: string[];

  @Field(() => [String], { description: 'Names behind `user.`: attributes stored on the profile.' })
  stored!: string[];
}
