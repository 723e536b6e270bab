/** How a template differs between us and Optimove. */
export const driftKinds = ['MISSING', 'OTHER_NAME', 'LEFT_OVER', 'NOT_OURS'] as const;

/**
 * One of {@link driftKinds}: Optimove lacks it; Optimove names it otherwise; Optimove still has what we withdrew; Optimove
 * has what we never published, which another installation or another vendor may have.
 */
export type DriftKind = (typeof driftKinds)[number];

/** A template that we published, or took back. */
export interface OurTemplate {
  publicationId: string;
  campaignId: string;
  templateId: string;
  name: string;
  isWithdrawn: boolean;
}

/** One difference. */
export interface TemplateDifference {
  kind: DriftKind;
  templateId: string;
  publicationId: string | null;
  campaignId: string | null;
  ourName: string | null;
  optimoveName: string | null;
}

/** Every difference of one channel, in the order of the kinds. */
export function templateDrift(
  ours: readonly OurTemplate[],
  theirs: readonly { templateId: string; name: string }[],
): TemplateDifference[] {
  const names = new Map(theirs.map(({ templateId, name }) => [templateId, name]));
  const own = new Set(ours.map(({ templateId }) => templateId));
  const differences = ours.flatMap((template): TemplateDifference[] => {
    const optimoveName = names.get(template.templateId) ?? null;
    const kind = kindOf(template, optimoveName);
    const { publicationId, campaignId, templateId, name: ourName } = template;
    return kind === null ? [] : [{ kind, templateId, publicationId, campaignId, ourName, optimoveName }];
  });
  for (const { templateId, name: optimoveName } of theirs) {
    const none = { publicationId: null, campaignId: null, ourName: null };
    if (!own.has(templateId)) differences.push({ kind: 'NOT_OURS', templateId, ...none, optimoveName });
  }
  return differences.sort((a, b) => driftKinds.indexOf(a.kind) - driftKinds.indexOf(b.kind));
}

function kindOf({ isWithdrawn, name }: OurTemplate, optimoveName: string | null): DriftKind | null {
  if (isWithdrawn) return optimoveName === null ? null : 'LEFT_OVER';
  if (optimoveName === null) return 'MISSING';
  return optimoveName === name ? null : 'OTHER_NAME';
}
