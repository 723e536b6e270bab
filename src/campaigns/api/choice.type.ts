import { Field, ID, Int, ObjectType } from '@nestjs/graphql';

@ObjectType({ isAbstract: true })
abstract class ChoiceCountsType {
  @Field(() => ID, { description: 'The template whose texts these are.' })
  optimoveTemplateId!: string;

  @Field(() => Int, { description: 'Customers for whom at least one message was handed over.' })
  tried!: number;

  @Field(() => Int, { description: 'Customers of whom a provider accepted at least one message.' })
  sent!: number;

  @Field(() => Int, { description: 'Customers who have at least one message, as far as providers report it.' })
  delivered!: number;

  @Field(() => Int, { description: 'Customers who opened a message.' })
  opened!: number;

  @Field(() => Int, { description: 'Customers who clicked in a message.' })
  clicked!: number;
}

@ObjectType('VariantCounts', { description: 'What became of the customers who got one side of a split test.' })
export class VariantCountsType extends ChoiceCountsType {
  @Field({ description: 'Name of the variant.' })
  name!: string;
}

@ObjectType('LanguageCounts', { description: 'What became of the customers who got the texts of one language.' })
export class LanguageCountsType extends ChoiceCountsType {
  @Field(() => String, { nullable: true, description: 'The language; null: the content’s own texts.' })
  language!: string | null;
}
