/** Why a change was refused. */
export const problemCodes = [
  'INVALID',
  'NOT_FOUND',
  'CONFLICT',
  'NAME_TAKEN',
  'IN_USE',
  'OPTIMOVE_REFUSED',
  'NOT_ALLOWED',
] as const;

/** One of {@link problemCodes}. */
export type ProblemCode = (typeof problemCodes)[number];

/** A refusal at a field. */
export interface SuppressionProblem {
  code: ProblemCode;
  path: string[];
  message: string;
}

/** Makes a refusal. */
export function refuse(code: ProblemCode, path: string, message: string): SuppressionProblem {
  return { code, path: [path], message };
}
