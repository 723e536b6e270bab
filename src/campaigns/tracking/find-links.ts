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

type Finder = (address: string) => { id: string } | undefined;
/** What finds the links of one template, by medium. */
type Finders = Map<string, Finder>;

const mostKept = 100;

/**
 * Finds the links of the content that clicks followed: an address may hold a person's values, a link as it was written
 * does not. The links of a template never change, so what finds them is kept.
 */
@Injectable()
export class FindLinks {
  private readonly kept = new Map<string, Finders>();

  constructor(
    private readonly repository: ExecutionLinkRepository,
    private readonly versions: Versions,
  ) {}

  /** Ids of links by the ids of clicks. Absent are clicks that name no address, and those of unknown recipients. */
  async of(tx: Tx, events: TakenEngagement[]): Promise<Map<string, string>> {
    const clicks = events.filter(({ kind, link }) => kind === 'CLICKED' && link);
    if (clicks.length === 0) return new Map();
    const recipients = await this.repository.templatesOf(tx, clicks);
    const finders = await this.finders(tx, recipients);
    const templates = new Map(recipients.map((each) => [`${each.executionId} ${each.seq}`, templateOf(each)]));
    return new Map(
      clicks.flatMap(({ id, executionId, seq, medium, link }) => {
        const find = finders.get(templates.get(`${executionId} ${seq}`) ?? '')?.get(medium);
        return find ? [[id, find(link ?? '')?.id ?? otherLinks] as const] : [];
      }),
    );
  }

  /** By template. The content is looked at once, when the first of all people clicks; that may be undone with `tx` and is not kept. */
  private async finders(tx: Tx, recipients: RecipientTemplate[]): Promise<Map<string, Finders>> {
    const templates = [...new Map(recipients.map((each) => [templateOf(each), each])).values()];
    const found = new Map<string, Finders>();
    for (const key of templates.map(templateOf)) {
      const finders = this.kept.get(key);
      if (finders) found.set(key, finders);
    }
    const unfound = (): RecipientTemplate[] => templates.filter((each) => !found.has(templateOf(each)));
    for (const [key, finders] of await this.stored(tx, unfound())) {
      this.keep(key, finders);
      found.set(key, finders);
    }
    const fresh = unfound();
    for (const template of fresh) await this.add(tx, template);
    for (const [key, finders] of await this.stored(tx, fresh)) found.set(key, finders);
    return found;
  }

  private async stored(tx: Tx, templates: RecipientTemplate[]): Promise<Map<string, Finders>> {
    if (templates.length === 0) return new Map();
    const links = groupBy(await this.repository.find(tx, templates), templateOf);
    return new Map([...links].map(([key, own]) => [key, findersOf(own)]));
  }

  private async add(tx: Tx, template: RecipientTemplate): Promise<void> {
    const version = template.versionId && (await this.versions.get(tx, template.versionId));
    await this.repository.add(tx, template, version ? authoredLinks(version.content) : []);
  }

  private keep(key: string, finders: Finders): void {
    if (this.kept.size >= mostKept) this.kept.clear();
    this.kept.set(key, finders);
  }
}

function findersOf(links: TemplateLink[]): Finders {
  const byMedium = groupBy(links, ({ medium }) => medium);
  return new Map([...byMedium].map(([medium, own]) => [medium, linkFinder(own.filter(isNamed))]));
}

function isNamed(link: TemplateLink): link is TemplateLink & { link: string } {
  return link.link !== null;
}

function templateOf({ executionId, optimoveTemplateId }: { executionId: string; optimoveTemplateId: string }): string {
  return `${executionId} ${optimoveTemplateId}`;
}
