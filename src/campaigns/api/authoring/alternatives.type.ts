import { Field, Int, ObjectType } from '@nestjs/graphql';

@ObjectType('ContentVariant', { description: 'One side of a split test.' })
export class ContentVariantType {
  @Field({ description: 'Its name.' })
  name!: string;

  @Field(() => Int, { description: 'Share of the people in whole per cent.' })
  percent!: number;
}

@ObjectType('AlternativeText', { description: 'A text in another one’s place.' })
export class AlternativeTextType {
  @Field({ description: 'Which text, e.g. mobilePush.title.' })
  path!: string;

  @Field({ description: 'The text.' })
  text!: string;
}

@ObjectType('ContentAlternative', { description: 'Texts for a language, a variant, or both at once.' })
export class ContentAlternativeType {
  @Field(() => String, { nullable: true, description: 'Language; null: every one.' })
  language!: string | null;

  @Field(() => String, { nullable: true, description: 'Variant; null: every one.' })
  variant!: string | null;

  @Field(() => [AlternativeTextType], { description: 'Its texts.' })
  texts!: AlternativeTextType[];
}
