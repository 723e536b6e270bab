/** ERROR forbids a launch, WARNING is worth a look. */
export type FindingSeverity = 'ERROR' | 'WARNING';

/** What findings are about. */
export const findingCodes = [
  'REQUIRED',
  'INVALID',
  'TOO_LONG',
  'TEMPLATE_SYNTAX',
  'NOT_ALLOWED_IN_TEMPLATE',
  'UNKNOWN_SNIPPET',
  'LEGACY_SYNTAX',
  'STORED_NAME_IS_BARE',
  'UNKNOWN_ATTRIBUTE',
  'MANY_PARTS',
  'LARGE_PAYLOAD',
  'LIKELY_CLIPPED',
  'NO_UNSUBSCRIBE_HEADER',
  'RELATIVE_ADDRESS',
  'MEDIUM_NOT_ALLOWED',
  'NO_ACCOUNT',
  'CHANNEL_NOT_READY',
  'SUPPRESSION',
  'NOT_GUARDED',
  'IGNORES_SUBSCRIPTION',
  'SECOND_CONTROL_GROUP',
  'LEAVES_OUT',
  'UNKNOWN_SENDER',
  'TEMPLATE_CHANGED',
] as const;

/** The kind of a finding. */
export type FindingCode = (typeof findingCodes)[number];

/** Something about the content that its author should know. */
export interface Finding {
  /** The field, outermost first, e.g. `['content', 'email', 'subject']`. */
  path: string[];
  code: FindingCode;
  severity: FindingSeverity;
  /** What is wrong; names the line where that helps. */
  message: string;
}
