import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { publicationStates } from '../../domain/content/campaign-status';
import { enumOf } from './enum-of';

/** The states of a publication as GraphQL names them. */
export const PublicationStateEnum = enumOf(publicationStates);
registerEnumType(PublicationStateEnum, {
  name: 'PublicationState',
  description: 'How far Optimove was told. PENDING and WITHDRAWING are tried again by themselves, FAILED is not.',
});

@ObjectType('TemplatePublication', { description: 'The template that stands for a campaign in Optimove.' })
export class PublicationType {
  @Field(() => PublicationStateEnum, { description: 'How far Optimove was told.' })
  state!: string;

  @Field({ description: 'Id of the template in Optimove.' })
  optimoveTemplateId!: string;

  @Field(() => Int, { description: 'Id of the channel in Optimove.' })
  optimoveChannelId!: number;

  @Field({ description: 'Name of the template in Optimove.' })
  templateName!: string;

  @Field(() => Date, { nullable: true, description: 'When Optimove last took it.' })
  publishedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why Optimove does not have it as wanted yet.' })
  error!: string | null;

  @Field(() => String, { nullable: true, description: 'The kind of the error, such as INVALID_CREDENTIALS.' })
  errorCode!: string | null;
}
