import { countSmsParts } from '@libs/delivery';

/** How many parts a text message takes, each of which is charged. */
export function measureSms(text: string): number {
  return countSmsParts(text).parts;
}

/** A sender that phones show: 3 to 11 letters and digits, or a number. */
export const smsSender = /^(?:[A-Za-z0-9._-]{3,11}|\+?\d{3,15})$/;
