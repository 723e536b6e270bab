import { countSmsParts } from '@libs/delivery';

/** How many parts a text message takes, each of which is charged. */
export function measureSms(text: string): number {
  return countSmsParts(text).parts;
}
