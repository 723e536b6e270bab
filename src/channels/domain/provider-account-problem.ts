/** Why a change of a provider account was refused. */
export const providerAccountErrorCodes = [
  'INVALID',
  'NOT_FOUND',
  'CONFLICT',
  'NAME_TAKEN',
  'IN_USE',
  'SECRET_NEEDED',
  'VERIFICATION_FAILED',
] as const;

/** One of {@link providerAccountErrorCodes}. */
export type ProviderAccountErrorCode = (typeof providerAccountErrorCodes)[number];

/** What is wrong with a field, and what to do about it. */
export interface ProviderAccountProblem {
  code: ProviderAccountErrorCode;
  path: string[];
  message: string;
}

/** A problem of one provider setting. */
export function settingProblem(
  code: ProviderAccountErrorCode,
  { field, message }: { field: string; message: string },
): ProviderAccountProblem {
  return { code, path: ['settings', field], message };
}
