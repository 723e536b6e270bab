import type { Finding } from '../content/finding';
import { errorsOf } from '../content/validate-content';

/** The steps of the builder, in order. Each can be left and taken up again at any time. */
export const builderSteps = ['SETUP', 'CONTENT', 'SEGMENT', 'SCHEDULE', 'PREVIEW', 'REVIEW'] as const;

/** One of {@link builderSteps}. */
export type BuilderStep = (typeof builderSteps)[number];

/** Where a step stands. */
export interface StepReport {
  step: BuilderStep;
  /** Nothing on this step forbids a launch. */
  isReady: boolean;
  findings: Finding[];
}

/** What is chosen on which step: the longest path that a finding begins with counts. */
const places: [path: string, step: BuilderStep][] = [
  ['name', 'SETUP'],
  ['content.variants', 'SETUP'],
  ['content.expiresAfterMinutes', 'SCHEDULE'],
  ['channelId', 'SCHEDULE'],
  ['schedule', 'SCHEDULE'],
  ['segment', 'SEGMENT'],
  ['content.categoryId', 'SETUP'],
  ['content.firstReachable', 'SETUP'],
  ['content.controlGroupPercent', 'SETUP'],
  ['content.appIds', 'SEGMENT'],
  ['content.targeting', 'SEGMENT'],
  ['suppression', 'REVIEW'],
  ['content', 'CONTENT'],
];

/** The steps with what was found on each. A preview needs content that can be rendered; the review sees everything. */
export function stepsOf(findings: readonly Finding[]): StepReport[] {
  return builderSteps.map((step) => {
    const own = step === 'REVIEW' ? [...findings] : findings.filter((finding) => stepOf(finding) === step);
    const deciding = step === 'PREVIEW' ? findings.filter((finding) => stepOf(finding) === 'CONTENT') : own;
    return { step, isReady: errorsOf(deciding).length === 0, findings: own };
  });
}

function stepOf({ path }: Finding): BuilderStep {
  const written = `${path.join('.')}.`;
  return places.find(([place]) => written.startsWith(`${place}.`))?.[1] ?? 'CONTENT';
}
