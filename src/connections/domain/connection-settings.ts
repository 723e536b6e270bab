import { isTimeZone } from '@libs/foundation';
import { addressesProblem } from './callback-addresses';
import type { MetricsMode } from './connection-view';
import type { FieldProblem } from './field-problem';
import { endpointProblem } from './rules';

/** Why a change of a connection was refused. */
export const connectionErrorCodes = [
  'INVALID',
  'NOT_FOUND',
  'CONFLICT',
  'NAME_TAKEN',
  'TOKEN_REFUSED',
  'ENDPOINT_UNREACHABLE',
  'CONSEQUENCES_NOT_ACCEPTED',
] as const;

/** One of {@link connectionErrorCodes}. */
export type ConnectionErrorCode = (typeof connectionErrorCodes)[number];

/** A problem of one field, with its code. */
export interface ConnectionProblem extends FieldProblem {
  code: ConnectionErrorCode;
}

/** What a marketer sets; absent keeps. */
export interface ConnectionSettings {
  name?: string;
  endpoint?: string;
  userIdAttribute?: string | null;
  mobileNumberAttribute?: string | null;
  treatImportedNumbersAsSubscribed?: boolean;
  timeZone?: string;
  metricsMode?: MetricsMode;
  pageSize?: number;
  trustsShortPage?: boolean;
  callsPerSecond?: number;
  callbackAddresses?: string[];
  triggeredPerMinute?: number | null;
  triggeredPerPersonPerHour?: number | null;
}

/** Every problem that the settings have by themselves. */
export function problemsOf(settings: ConnectionSettings, allowsHttp: boolean): ConnectionProblem[] {
  const problems = [
    endpointProblem(settings.endpoint ?? '', allowsHttp),
    attributeProblem('userIdAttribute', settings.userIdAttribute),
    attributeProblem('mobileNumberAttribute', settings.mobileNumberAttribute),
    settings.timeZone === undefined || isTimeZone(settings.timeZone)
      ? null
      : { path: ['timeZone'], message: 'The time zone must be an IANA name, such as Europe/Malta' },
    addressesProblem(settings.callbackAddresses ?? []),
  ];
  return problems.filter((problem) => problem !== null).map((problem) => ({ ...problem, code: 'INVALID' }));
}

/** Attribute names travel in a list with delimiters, so they cannot contain one. */
function attributeProblem(field: string, name: string | null | undefined): FieldProblem | null {
  if (!name || !/[,;]/.test(name)) return null;
  return { path: [field], message: 'An attribute name must not contain , or ;' };
}
