import { randomInt } from 'node:crypto';

const first = 100_000_000;
const end = 2_147_483_647;

/**
 * A template id: an integer that the vendor chooses. Drawn at random, so that two installations on one account, or one
 * that was set up anew, do not take each other's templates; below 2^31.
 */
export function newTemplateId(): number {
  return randomInt(first, end);
}
