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

/** A problem before its module gives it a code. */
export interface InputProblem {
  path: string[];
  message: string;
}

/** Checks an input class by its decorators and returns every problem with its path. */
export async function validateInput<T extends object>(type: new () => T, input: object): Promise<InputProblem[]> {
  const errors = await validate(plainToInstance(type, input), { whitelist: false, forbidUnknownValues: false });
  return errors.flatMap((error) => flatten(error, []));
}

function flatten(error: ValidationError, parents: string[]): InputProblem[] {
  const path = [...parents, error.property];
  const own = Object.values(error.constraints ?? {}).map((message) => ({ path, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, path))];
}
