/** The user IDs that a value may mean, the likeliest first: as it is, and without the blanks around it. */
export function userIdsIn(value: string): string[] {
  return [...new Set([value, value.trim()])];
}
