import type { InputProblem } from '@libs/platform';
import type { RuleFault } from '../domain/segments/faults';
import type { SegmentEntity } from '../persistence/segment.entity';

/** Why a change of a segment is refused. */
export const segmentErrorCodes = ['INVALID', 'INVALID_RULES', 'NOT_FOUND', 'CONFLICT', 'NAME_TAKEN', 'IN_USE'] as const;

/** A refusal at a field; for rules the path goes on into the tree. */
export interface SegmentProblem extends InputProblem {
  code: (typeof segmentErrorCodes)[number];
}

/** What became of a change. */
export interface SegmentOutcome {
  segment: SegmentEntity | null;
  problems: SegmentProblem[];
}

/** The segment as it is now. */
export const done = (segment: SegmentEntity): SegmentOutcome => ({ segment, problems: [] });

/** A refusal. */
export const refuse = (code: SegmentProblem['code'], path: string, message: string): SegmentOutcome => ({
  segment: null,
  problems: [{ code, path: [path], message }],
});

/** The project has no such segment. */
export const notFound = (): SegmentOutcome =>
  refuse('NOT_FOUND', 'id', 'This project has no such active segment; list segments to see their ids');

/** Faults of rules as problems: `rules[1].any[0].value` is the second part of the path. */
export function ruleProblems(faults: RuleFault[]): SegmentProblem[] {
  return faults.map(({ path, message }) => ({
    code: 'INVALID_RULES',
    path: path === '' ? ['rules'] : ['rules', path],
    message: path === '' ? `The rules: ${message}` : `${path} ${message}`,
  }));
}
