import { isStorableText } from '@libs/foundation';

/** What is wrong with a rule, and where: `rules[1].any[0].value`. */
export interface RuleFault {
  path: string;
  message: string;
}

/** A JSON object whose fields are not known yet. */
export type Fields = Record<string, unknown>;

/** Whether a JSON value is an object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Collects faults at paths while a tree is read. */
export class Faults {
  readonly found: RuleFault[] = [];

  add(path: string, message: string): undefined {
    if (this.found.length < mostFaults) this.found.push({ path, message });
    return undefined;
  }

  /** The word when it is one of `words`. */
  oneOf<T extends string>(value: unknown, words: readonly T[], path: string): T | undefined {
    const word = words.find((each) => each === value);
    return word ?? this.add(path, `must be one of ${words.join(', ')}`);
  }

  /** The text when it is one that can be stored. */
  text(value: unknown, path: string, longest = 1_000): string | undefined {
    if (typeof value !== 'string' || value === '') return this.add(path, 'must be a text that is not empty');
    if (value.length > longest) return this.add(path, `is longer than ${longest} characters`);
    return isStorableText(value) ? value : this.add(path, 'holds a character that cannot be stored');
  }

  /** The number when it is whole and in bounds. */
  whole(value: unknown, path: string, most: number): number | undefined {
    const isWhole = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
    return isWhole ? value : this.add(path, `must be a whole number from 0 to ${most}`);
  }

  /** Fields that mean nothing here are slips of the pen. */
  onlyKnown(fields: Fields, known: readonly string[], path: string): void {
    for (const name of Object.keys(fields)) {
      if (!known.includes(name))
        this.add(`${path}.${name}`.slice(0, 200), `is not known here; known are ${known.join(', ')}`);
    }
  }
}

const mostFaults = 50;
