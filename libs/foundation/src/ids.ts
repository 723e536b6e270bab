import { v7, validate } from 'uuid';

/** A new UUID v7: sortable by creation time, used for every id of ours. */
export function newId(): string {
  return v7();
}

/** Whether the text is a UUID, in any version. */
export function isUuid(text: string): boolean {
  return validate(text);
}
