import { Transactions } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import type { Actor } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { compileContent } from '../domain/content/compile-content';
import { type ContentPreview, previewContent } from '../domain/content/preview-content';
import { errorsOf, validateContent } from '../domain/content/validate-content';
import { type CampaignProblem, notFound } from './campaign-problem';
import { Snippets } from './snippets';
import { WrittenCampaigns } from './written-campaigns';

/** What to preview, and for whom. */
export interface PreviewRequest {
  id: string;
  /** As Optimove would give them, or in the place of stored ones, by the names in the content. */
  samples: ReadonlyMap<string, string>;
  /** Null: the profile's, or the content's own. */
  language: string | null;
  /** Null: the one that the profile would get, or the first. */
  variant: string | null;
  /** Whose stored values count; null: nobody's. */
  profileId: string | null;
}

/** The preview, with the variant that it shows, or what is wrong with the request. */
export type PreviewOutcome =
  | { preview: ContentPreview; variant: string | null; problems: [] }
  | { preview: null; problems: CampaignProblem[] };

/** Renders the draft of a campaign of any kind for a profile, or for somebody made up. */
@Injectable()
export class PreviewCampaign {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: WrittenCampaigns,
    private readonly snippets: Snippets,
    private readonly profiles: ProfilesService,
  ) {}

  async run({ projectId }: Actor, request: PreviewRequest): Promise<PreviewOutcome> {
    const { pool } = this.transactions;
    const { profileId, samples, language } = request;
    const campaign = await this.campaigns.find(pool, projectId, request.id);
    if (!campaign) return { preview: null, problems: [notFound] };
    const content = await this.snippets.attach(pool, projectId, campaign.content);
    if (request.variant !== null && !content.variants?.some(({ name }) => name === request.variant)) {
      return refused('variant', `The campaign has no variant "${request.variant}"`);
    }
    const stored = profileId ? (await this.profiles.storedValues(pool, projectId, [profileId])).get(profileId) : {};
    if (!stored) return refused('profileId', 'This project has no such profile');
    const isSound = errorsOf(validateContent(content).findings).length === 0;
    const own = profileId && isSound ? compileContent(content).variantFor(`${campaign.choiceName}/${profileId}`) : null;
    const variant = request.variant ?? own;
    return { preview: previewContent(content, samples, { language, variant, stored }), variant, problems: [] };
  }
}

function refused(field: string, message: string): PreviewOutcome {
  return { preview: null, problems: [{ code: 'INVALID_CONTENT', path: [field], message }] };
}
