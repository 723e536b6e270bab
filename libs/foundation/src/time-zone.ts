const known = new Set<string>();

/** Whether the name is an IANA time zone that this machine knows. */
export function isTimeZone(name: string): boolean {
  const key = name.toLowerCase();
  if (known.has(key)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  // Names that are none are not remembered: there is no end of them.
  known.add(key);
  return true;
}
