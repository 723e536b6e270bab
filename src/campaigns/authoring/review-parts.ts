import type { Tx } from '@libs/platform';
import { AttributeDefinitions, type FrozenSegment } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { CampaignSegment } from '../domain/campaign-segment';
import type { CampaignContent } from '../domain/content/campaign-content';
import type { Finding } from '../domain/content/finding';
import { errorsOf, validateContent } from '../domain/content/validate-content';
import { CampaignCategories } from '../limits/campaign-categories';
import { CampaignSenders } from '../limits/campaign-senders';
import type { PublicationWish } from '../persistence/authoring/publication.repository';
import { CampaignAccounts } from './campaign-accounts';
import { beyondApps, CampaignApps } from './campaign-apps';
import type { CampaignProblem } from './campaign-problem';
import { CampaignSegments } from './campaign-segments';
import { EmailTemplates } from './email-templates';
import { EncryptedPush } from './encrypted-push';

/** What a review says, and what a launch would freeze. */
export interface Review {
  findings: Finding[];
  /** With the texts of its snippets. */
  content: CampaignContent;
  segment: FrozenSegment | null;
  /** The apps that it is for; empty: all. */
  apps: PublicationWish['apps'];
}

/** What every kind of campaign has. */
export interface ReviewedParts {
  projectId: string;
  /** With the texts of its snippets. */
  content: CampaignContent;
  segment: CampaignSegment | null;
  /** Whether it is sent without Optimove, which then gives no values. */
  isDirect: boolean;
}

/** Reviews what campaigns of every kind have in common: content, segment and the accounts that would send. */
@Injectable()
export class ReviewParts {
  constructor(
    private readonly segments: CampaignSegments,
    private readonly accounts: CampaignAccounts,
    private readonly categories: CampaignCategories,
    private readonly senders: CampaignSenders,
    private readonly apps: CampaignApps,
    private readonly attributes: AttributeDefinitions,
    private readonly templates: EmailTemplates,
    private readonly encrypted: EncryptedPush,
  ) {}

  /** What stands against a launch as of now, and what is worth a look. */
  async review(tx: Tx, { projectId, content, segment, isDirect }: ReviewedParts): Promise<Review> {
    const frozen = await this.segments.freeze(tx, projectId, segment);
    const { apps, problems: ofApps } = await this.apps.find(tx, projectId, content);
    const attributes = new Set((await this.attributes.known(tx, projectId)).keys());
    const findings = [
      ...validateContent(content, { attributes, isDirect }).findings.map((each) => ({
        ...each,
        path: ['content', ...each.path],
      })),
      ...(await this.accounts.findings(tx, projectId, content)),
      ...beyondApps(apps, content),
      ...(await this.categories.findings(tx, projectId, content)),
      ...(await this.senders.findings(tx, projectId, content)),
      ...(await this.templates.findings(tx, projectId, content)),
      ...(await this.encrypted.findings(tx, projectId, content)),
      ...[...ofApps, ...frozen.problems].map(
        ({ path, message }): Finding => ({ path, message, code: 'INVALID', severity: 'ERROR' }),
      ),
    ];
    return { findings, content, segment: frozen.segment, apps };
  }
}

/** What forbids a launch, as problems at the same paths. */
export function launchProblems(findings: readonly Finding[]): CampaignProblem[] {
  return errorsOf(findings).map(({ path, code, message }) => ({ path, message, code: problemCodeOf(path, code) }));
}

function problemCodeOf([place]: string[], code: Finding['code']): CampaignProblem['code'] {
  if (code === 'MEDIUM_NOT_ALLOWED') return code;
  if (place === 'segment') return 'INVALID_SEGMENT';
  if (place === 'channelId') return 'CHANNEL_NOT_FOUND';
  return place === 'content' ? 'INVALID_CONTENT' : 'INVALID';
}
