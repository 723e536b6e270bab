import { BadRequestException } from '@nestjs/common';

/** The position in a list of an intake. @throws {BadRequestException} when the cursor is none of such a list. */
export function readPosition(cursor: string | null): string | null {
  if (cursor !== null && !/^\d{1,18}$/.test(cursor)) throw new BadRequestException('after is no cursor of this list');
  return cursor;
}
