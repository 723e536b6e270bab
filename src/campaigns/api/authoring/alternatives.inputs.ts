import { Field, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsInt, IsString, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import { OptionalTextField } from './text-fields';

@InputType({ description: 'One side of a split test.' })
export class ContentVariantInput {
  @Field({ description: 'Its name.' })
  @IsString()
  @MaxLength(100)
  name!: string;

  @Field(() => Int, { description: 'Share of the people in whole per cent; all shares together are 100.' })
  @IsInt()
  @Min(0)
  @Max(100)
  percent!: number;
}

@InputType({ description: 'A text in another one’s place.' })
export class AlternativeTextInput {
  @Field({ description: 'Which text, e.g. mobilePush.title or webPush.buttons.0.label.' })
  @IsString()
  @MaxLength(200)
  path!: string;

  @Field({ description: 'The text; may hold placeholders as the one that it replaces.' })
  @IsString()
  @MaxLength(600_000)
  text!: string;
}

@InputType({ description: 'Texts for a language, a variant, or both at once.' })
export class ContentAlternativeInput {
  @OptionalTextField('Language as BCP 47 writes it, e.g. pt-BR.', 40)
  language?: string | null;

  @OptionalTextField('Name of a variant.', 100)
  variant?: string | null;

  @Field(() => [AlternativeTextInput], { description: 'Its texts; what is absent stays as it is.' })
  @ArrayMaxSize(60)
  @ValidateNested({ each: true })
  @Type(() => AlternativeTextInput)
  texts!: AlternativeTextInput[];
}
