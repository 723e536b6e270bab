import { decodeCursor } from '@libs/platform';
import { BadRequestException } from '@nestjs/common';

/** The row that a page comes after; null for the first page. @throws {BadRequestException} for a cursor of another list. */
export function readCursor(after: string | null | undefined, isPosition: (text: string) => boolean): string | null {
  const id = decodeCursor(after);
  if (id === null || isPosition(id)) return id;
  throw new BadRequestException('after must be the endCursor of a page of the same list');
}
