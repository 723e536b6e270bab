import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { CampaignProblem } from '../authoring/campaign-problem';
import type { CampaignContent } from '../domain/content/campaign-content';
import type { Finding } from '../domain/content/finding';
import { errorsOf } from '../domain/content/validate-content';
import { CategoryRepository } from '../persistence/limits/category.repository';
import { SendingRulesRepository } from '../persistence/limits/sending-rules.repository';

/** The engagement category of a campaign: known when it is saved, shown at review, needed at the launch where rules say so. */
@Injectable()
export class CampaignCategories {
  constructor(
    private readonly categories: CategoryRepository,
    private readonly rules: SendingRulesRepository,
  ) {}

  /** What forbids to save. */
  async unknown(tx: Tx, projectId: string, { categoryId }: { categoryId?: string | null }): Promise<CampaignProblem[]> {
    if (!categoryId || (await this.categories.find(tx, projectId, categoryId))) return [];
    return [toProblem(missing)];
  }

  /** What forbids to launch. */
  async problems(tx: Tx, projectId: string, content: CampaignContent): Promise<CampaignProblem[]> {
    return errorsOf(await this.findings(tx, projectId, content)).map(toProblem);
  }

  /** What its author should know; paths start at the campaign. */
  async findings(tx: Tx, projectId: string, { categoryId }: CampaignContent): Promise<Finding[]> {
    if (!categoryId) return (await this.rules.get(tx, projectId)).isCategoryRequired ? [required] : [];
    const category = await this.categories.find(tx, projectId, categoryId);
    if (!category) return [missing];
    if (!category.ignoresSubscription) return [];
    const message = `The engagement category “${category.name}” sends to people without a subscription: for service messages alone`;
    return [{ path, code: 'IGNORES_SUBSCRIPTION', severity: 'WARNING', message }];
  }
}

const path = ['content', 'categoryId'];

const missing: Finding = {
  path,
  code: 'INVALID',
  severity: 'ERROR',
  message: 'This project has no such engagement category; list them to see their ids',
};

const required: Finding = {
  path,
  code: 'REQUIRED',
  severity: 'ERROR',
  message: 'The sending rules of this project ask for an engagement category',
};

function toProblem({ path: at, message }: Finding): CampaignProblem {
  return { code: 'INVALID_CONTENT', path: at, message };
}
