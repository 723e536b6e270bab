import { ConnectionType, UserError } from '@libs/platform';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsInt, IsString, IsUUID, Length } from 'class-validator';
import { snippetErrorCodes } from '../../authoring/manage-snippets';
import { snippetBounds } from '../../domain/content/snippets';
import { enumOf } from './enum-of';

const SnippetErrorCodeEnum = enumOf(snippetErrorCodes);
registerEnumType(SnippetErrorCodeEnum, {
  name: 'SnippetErrorCode',
  description: 'Why a change of a snippet was refused.',
});

const SnippetUseKindEnum = enumOf(['CAMPAIGN', 'EMAIL_TEMPLATE', 'SNIPPET']);
registerEnumType(SnippetUseKindEnum, { name: 'SnippetUseKind', description: 'What uses a snippet.' });

@ObjectType('SnippetUse', { description: 'Where a snippet stands.' })
export class SnippetUseType {
  @Field(() => SnippetUseKindEnum, {
    description: 'A campaign or an e-mail template that is not archived, or another snippet.',
  })
  kind!: string;

  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field({ description: 'Its name.' })
  name!: string;
}

@ObjectType('Snippet', { description: 'A reusable piece of content: {{ snippets.name }} stands for its text.' })
export class SnippetType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'Name, unique in the project; it never changes.' })
  name!: string;

  @Field({ description: 'Its text; it may hold placeholders, logic and other snippets.' })
  text!: string;

  @Field(() => Int, { description: 'Pass it when you change the snippet; a change in between is refused.' })
  version!: number;

  @Field({ description: 'When it was made.' })
  createdAt!: Date;

  @Field({ description: 'When it was changed last.' })
  updatedAt!: Date;
}

@ObjectType()
export class SnippetConnection extends ConnectionType(SnippetType) {}

@InputType({ description: 'A snippet to write.' })
export class CreateSnippetInput {
  @Field({ description: 'Letters, digits and "_", beginning with a letter; at most 50.' })
  @IsString()
  @Length(1, 50)
  name!: string;

  @Field({ description: 'Its text, at most 16 KiB.' })
  @IsString()
  @Length(1, snippetBounds.textBytes)
  text!: string;
}

@InputType({ description: 'Which snippet to delete, as you read it.' })
export class DeleteSnippetInput {
  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  id!: string;

  @Field(() => Int, { description: 'The version you read.' })
  @IsInt()
  version!: number;
}

@InputType({ description: 'A new text for a snippet.' })
export class UpdateSnippetInput extends DeleteSnippetInput {
  @Field({ description: 'Its text, at most 16 KiB.' })
  @IsString()
  @Length(1, snippetBounds.textBytes)
  text!: string;
}

@ObjectType('SnippetUserError', { description: 'Why a change of a snippet was refused.' })
export class SnippetUserError extends UserError {
  @Field(() => SnippetErrorCodeEnum, { description: 'Kind of problem.' })
  code!: string;
}

@ObjectType('SnippetPayload', { description: 'The snippet, or why the change was refused.' })
export class SnippetPayload {
  @Field(() => SnippetType, { nullable: true, description: 'As it is now, or was when it is deleted; null on errors.' })
  snippet!: SnippetType | null;

  @Field(() => [SnippetUserError], { description: 'Problems; when there are any nothing was changed.' })
  userErrors!: SnippetUserError[];
}
