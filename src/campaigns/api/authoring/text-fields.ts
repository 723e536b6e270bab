import { applyDecorators } from '@nestjs/common';
import { Field } from '@nestjs/graphql';
import { IsOptional, IsString, MaxLength } from 'class-validator';

/** The longest one-line text or address, in characters. */
export const short = 2_000;

/** A text of content, empty unless it is given; at most `longest` characters. */
export function TextField(description: string, longest = short): PropertyDecorator {
  return applyDecorators(
    Field(() => String, { defaultValue: '', description }),
    IsString(),
    MaxLength(longest),
  );
}

/** A text of content that may be null; at most `longest` characters. */
export function OptionalTextField(description: string, longest = short): PropertyDecorator {
  return applyDecorators(
    Field(() => String, { nullable: true, description }),
    IsOptional(),
    IsString(),
    MaxLength(longest),
  );
}
