import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { CampaignContent } from '../domain/content/campaign-content';
import { CampaignCategories } from '../limits/campaign-categories';
import { CampaignApps } from './campaign-apps';
import type { CampaignProblem } from './campaign-problem';
import { EmailTemplates } from './email-templates';

/** Content as somebody gives it: what is absent stays, what is null goes. */
export type GivenContent = { [K in keyof CampaignContent]?: CampaignContent[K] | null };

/** What stands between content that was given and content that is stored, for campaigns of both kinds. */
@Injectable()
export class ContentToSave {
  constructor(
    private readonly categories: CampaignCategories,
    private readonly apps: CampaignApps,
    private readonly templates: EmailTemplates,
  ) {}

  /** The content with what its e-mail template gives, and what forbids to save it. */
  async prepare<C extends GivenContent>(
    tx: Tx,
    projectId: string,
    { given, before }: { given: C; before?: CampaignContent },
  ): Promise<{ content: C; problems: CampaignProblem[] }> {
    const problems = await this.categories.unknown(tx, projectId, given);
    problems.push(...(await this.apps.find(tx, projectId, given)).problems);
    if (!given.email) return { content: given, problems };
    const taken = await this.templates.takeOver(tx, projectId, { given: given.email, before: before?.email });
    return { content: { ...given, email: taken.email }, problems: [...problems, ...taken.problems] };
  }
}

/** Content after a change; what is cleared is undefined and not stored. */
export function changedContent(content: CampaignContent, given: GivenContent): CampaignContent {
  const parts = Object.entries(given).filter(([, value]) => value !== undefined);
  const cleared = Object.fromEntries(parts.map(([key, value]) => [key, value ?? undefined]));
  return { ...content, ...cleared, personalisation: given.personalisation ?? content.personalisation };
}
