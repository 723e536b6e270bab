import { type ArgumentMetadata, BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';
import { PageArgs } from './relay';
import { validateInput } from './user-error';

/** Keeps the bounds of every list: checks {@link PageArgs} and what extends it, and leaves all other arguments alone. */
@Injectable()
export class PageArgsPipe implements PipeTransform {
  /** @throws {BadRequestException} naming the argument. */
  async transform(value: unknown, { metatype }: ArgumentMetadata): Promise<unknown> {
    if (!metatype || !(metatype === PageArgs || metatype.prototype instanceof PageArgs)) return value;
    const problems = await validateInput(metatype as new () => object, value as object);
    if (problems.length > 0) throw new BadRequestException(problems.map(({ message }) => message).join('; '));
    return value;
  }
}
