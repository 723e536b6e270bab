import { isStorableText } from '@libs/foundation';
import { Field, InterfaceType } from '@nestjs/graphql';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validate } from 'class-validator';

/** A problem that the caller can mend, at a field of the input. */
@InterfaceType({ description: 'A problem that the caller can mend.' })
export abstract class UserError {
  @Field({ description: 'What is wrong and what to do about it.' })
  message!: string;

  @Field(() => [String], { description: 'The field of the input, outermost first; empty when it is about the whole.' })
  path!: string[];
}

const cannotStore = 'The text holds a zero byte or half a character, which cannot be stored';

/** A problem before its module gives it a code. */
export interface InputProblem {
  path: string[];
  message: string;
}

/**
 * Checks an input class by its decorators, and that the database can store every text in it; returns every problem with
 * its path. @param judgedLater fields of which the caller judges the texts one by one.
 */
export async function validateInput<T extends object>(
  type: new () => T,
  input: object,
  judgedLater: readonly string[] = [],
): Promise<InputProblem[]> {
  const errors = await validate(plainToInstance(type, input), { whitelist: false, forbidUnknownValues: false });
  const fields = Object.entries(input).filter(([name]) => !judgedLater.includes(name));
  return [...errors.flatMap((error) => flatten(error, [])), ...unstorable(Object.fromEntries(fields), [])];
}

function unstorable(value: unknown, path: string[]): InputProblem[] {
  if (typeof value === 'string') return isStorableText(value) ? [] : [{ path, message: cannotStore }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    isStorableText(name) ? unstorable(each, [...path, name]) : [{ path, message: `A name: ${cannotStore}` }],
  );
}

function flatten(error: ValidationError, parents: string[]): InputProblem[] {
  const path = [...parents, error.property];
  const own = Object.values(error.constraints ?? {}).map((message) => ({ path, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, path))];
}
