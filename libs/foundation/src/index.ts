export { type Clock, setSystemClock, systemClock } from './clock';
export { csvLine } from './csv';
export { AppError, assertNever, InvariantError, toError } from './errors';
export { groupBy } from './group-by';
export { isUuid, newId, timeOfId } from './ids';
export { Kept } from './kept';
export { redact, redactText } from './redact';
export { isStorable, isStorableText } from './text';
export { isTimeZone } from './time-zone';
