import { isUuid } from '@libs/foundation';
import { decodeCursor } from '@libs/platform';
import { BadRequestException } from '@nestjs/common';

/**
 * The id in the cursor of a list that is ordered by id, or null when there is none.
 * @throws {BadRequestException} when it is no cursor of such a list.
 */
export function readIdCursor(after: string | null | undefined): string | null {
  const id = decodeCursor(after);
  if (id === null || isUuid(id)) return id;
  throw new BadRequestException('after must be the endCursor of a page of the same list');
}
