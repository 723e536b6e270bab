/** No field of a message may become longer than this while it is rendered, in UTF-16 units. */
export const maxOutputLength = 1_048_576;

/** Thrown inside the engine when a text outgrows {@link maxOutputLength}. */
export class OutputTooLong extends Error {}

/** What one rendering of one field finds out about its values. */
export class RenderRun {
  readonly missing = new Set<string>();
  isTooLong = false;

  /** A value that is printed without a fallback. Missing is what the `default` filter takes for missing. */
  require(value: unknown, name: string): unknown {
    if (value === undefined || value === null || value === '') this.missing.add(name);
    return value;
  }

  /** A value that is kept in a variable. */
  bound(value: unknown): unknown {
    if (typeof value === 'string') this.checkLength(value.length);
    return value;
  }

  /** @throws {OutputTooLong} */
  checkLength(length: number): void {
    if (length <= maxOutputLength) return;
    this.isTooLong = true;
    throw new OutputTooLong();
  }
}

let run = new RenderRun();

/** Rendering is synchronous, so there is one run at a time. */
export function startRun(): RenderRun {
  run = new RenderRun();
  return run;
}

/** The run that the engine's filters report to. */
export function currentRun(): RenderRun {
  return run;
}
