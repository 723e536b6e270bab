import { validateInput } from '@libs/platform';
import { BadRequestException } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';

/**
 * Checks a body by the decorators of its class; fields that the class does not have are ignored, as newer SDKs may send
 * more than this version knows.
 * @param judgedLater fields of which the caller judges the texts one by one.
 * @throws {BadRequestException} whose `errors` name every field and what is wrong with it.
 */
export async function readBody<T extends object>(
  type: new () => T,
  body: unknown,
  judgedLater: readonly string[] = [],
): Promise<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new BadRequestException('Send a JSON object as the body');
  }
  const problems = await validateInput(type, body, judgedLater);
  if (problems.length === 0) return plainToInstance(type, body);
  throw new BadRequestException({
    message: 'Some fields are not as they must be',
    errors: problems.map(({ path, message }) => ({ field: path.join('.'), message })),
  });
}
