const longest = 100;
const tries = 200;

/** Names for a copy, the nicest first: "Copy of Spring", "Copy of Spring (2)", each no longer than a name may be. */
export function copyNames(name: string): string[] {
  return Array.from({ length: tries }, (_, index) => {
    const end = index === 0 ? '' : ` (${index + 1})`;
    return `${`Copy of ${name}`.slice(0, longest - end.length).trimEnd()}${end}`;
  });
}

/** The first name of a copy that nobody has; null when all are taken. */
export function freeCopyName(name: string, taken: ReadonlySet<string>): string | null {
  return copyNames(name).find((each) => !taken.has(each)) ?? null;
}
