import { groupBy } from '@libs/foundation';
import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Versions } from '../authoring/versions';
import { authoredLinks, linkFinder } from '../domain/content/authored-links';
import type { TakenEngagement } from '../persistence/engagement.repository';
import {
  ExecutionLinkRepository,
  otherLinks,
  type RecipientTemplate,
  type TemplateLink,
} from '../persistence/ledger/execution-link.repository';

/** Finds the links of the content that clicks followed: an address may hold a person's values, a link as it was written does not. */
@Injectable()
export class FindLinks {
  constructor(
    private readonly repository: ExecutionLinkRepository,
    private readonly versions: Versions,
  ) {}

  /** Ids of links by the ids of clicks. Absent are clicks that name no address, and those of unknown recipients. */
  async of(tx: Tx, events: TakenEngagement[]): Promise<Map<string, string>> {
    const clicks = events.filter(({ kind, link }) => kind === 'CLICKED' && link);
    if (clicks.length === 0) return new Map();
    const recipients = await this.repository.templatesOf(tx, clicks);
    const links = groupBy(await this.links(tx, recipients), placeOf);
    const finders = new Map([...links].map(([place, own]) => [place, linkFinder(own.filter(isNamed))]));
    const templates = new Map(recipients.map((each) => [`${each.executionId} ${each.seq}`, each]));
    return new Map(
      clicks.flatMap(({ id, executionId, seq, medium, link }) => {
        const template = templates.get(`${executionId} ${seq}`);
        const find = template && finders.get(placeOf({ ...template, medium }));
        return find ? [[id, find(link ?? '')?.id ?? otherLinks] as const] : [];
      }),
    );
  }

  /** Every link of what these people got; the content is looked at once, when the first of them clicks. */
  private async links(tx: Tx, recipients: RecipientTemplate[]): Promise<TemplateLink[]> {
    const templates = [...new Map(recipients.map((each) => [templateOf(each), each])).values()];
    const links = await this.repository.lock(tx, templates);
    const known = new Set(links.map(templateOf));
    const fresh = templates.filter((template) => !known.has(templateOf(template)));
    for (const template of fresh) {
      const version = template.versionId && (await this.versions.get(tx, template.versionId));
      await this.repository.add(tx, template, version ? authoredLinks(version.content) : []);
    }
    return [...links, ...(fresh.length > 0 ? await this.repository.lock(tx, fresh) : [])];
  }
}

function isNamed(link: TemplateLink): link is TemplateLink & { link: string } {
  return link.link !== null;
}

function templateOf({ executionId, optimoveTemplateId }: { executionId: string; optimoveTemplateId: string }): string {
  return `${executionId} ${optimoveTemplateId}`;
}

function placeOf(link: { executionId: string; optimoveTemplateId: string; medium: string }): string {
  return `${templateOf(link)} ${link.medium}`;
}
