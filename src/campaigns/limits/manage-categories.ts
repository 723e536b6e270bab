import { newId } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { CampaignSegments, type GivenSegment } from '../authoring/campaign-segments';
import type { CampaignSegment } from '../domain/campaign-segment';
import { type Category, categoryBounds } from '../domain/limits/category';
import { type CategoryFields, CategoryRepository } from '../persistence/limits/category.repository';

/** Why a change of categories or sending rules is refused. */
export const limitErrorCodes = ['NOT_FOUND', 'CONFLICT', 'INVALID', 'NAME_TAKEN', 'IN_USE', 'TOO_MANY'] as const;

/** A problem that its author can mend. */
export interface LimitProblem {
  code: (typeof limitErrorCodes)[number];
  path: string[];
  message: string;
}

/** The category as it is now, or what has to be mended first. */
export type CategoryOutcome = { category: Category; problems: [] } | { category: null; problems: LimitProblem[] };

/** A category as its author gives it. */
export type GivenCategory = Omit<CategoryFields, 'segment'> & { segment: GivenSegment | null };

/** Names a category as it was read. */
export interface SeenCategory {
  id: string;
  version: number;
}

/** Writes engagement categories. Campaigns follow a change at once, those that are live too. */
@Injectable()
export class ManageCategories {
  constructor(
    private readonly transactions: Transactions,
    private readonly categories: CategoryRepository,
    private readonly segments: CampaignSegments,
    private readonly audit: AuditTrail,
  ) {}

  create(actor: Actor, given: GivenCategory): Promise<CategoryOutcome> {
    const { projectId } = actor;
    return this.transactions.run(async (tx) => {
      if ((await this.categories.count(tx, projectId)) >= categoryBounds.count) {
        return refused(
          'TOO_MANY',
          [],
          `A project has at most ${categoryBounds.count} engagement categories; archive some`,
        );
      }
      const read = await this.read(tx, projectId, given);
      if (read.problems.length > 0) return { category: null, problems: read.problems };
      const category = await this.categories.insert(
        tx,
        { id: newId(), projectId },
        { ...given, segment: read.segment },
      );
      if (!category) return nameTaken;
      const subject = subjectOf(category);
      await this.audit.record(tx, actor, { action: 'category.created', subject, after: auditView(category) });
      return { category, problems: [] };
    });
  }

  /** Replaces everything about it. */
  update(actor: Actor, seen: SeenCategory, given: GivenCategory): Promise<CategoryOutcome> {
    return this.transactions.run(async (tx) => {
      const before = await this.locked(tx, actor, seen);
      if ('problems' in before) return before;
      const { id, projectId } = before;
      if (await this.categories.isNameTaken(tx, { projectId, id, name: given.name })) return nameTaken;
      const read = await this.read(tx, projectId, given);
      if (read.problems.length > 0) return { category: null, problems: read.problems };
      const category = await this.categories.update(tx, { id, projectId }, { ...given, segment: read.segment });
      if (!category) return notFound;
      const change = { before: auditView(before), after: auditView(category) };
      await this.audit.record(tx, actor, { action: 'category.updated', subject: subjectOf(category), ...change });
      return { category, problems: [] };
    });
  }

  /** Puts a category away that no campaign uses; the answer is the category as it was. */
  archive(actor: Actor, seen: SeenCategory): Promise<CategoryOutcome> {
    return this.transactions.run(async (tx) => {
      const category = await this.locked(tx, actor, seen);
      if ('problems' in category) return category;
      const users = await this.categories.usedBy(tx, actor.projectId, category.id);
      if (users.length > 0) {
        const names = users.slice(0, mostNamed).map((name) => `"${name}"`);
        const more = users.length > mostNamed ? ' and others' : '';
        return refused('IN_USE', ['id'], `Take it away from the campaigns ${names.join(', ')}${more} first`);
      }
      await this.categories.archive(tx, actor.projectId, category.id);
      await this.audit.record(tx, actor, { action: 'category.archived', subject: subjectOf(category) });
      return { category, problems: [] };
    });
  }

  private async locked(
    tx: Tx,
    { projectId }: Actor,
    { id, version }: SeenCategory,
  ): Promise<Category | CategoryOutcome> {
    const category = await this.categories.lock(tx, projectId, id);
    if (!category) return notFound;
    return category.version === version ? category : conflict;
  }

  private async read(
    tx: Tx,
    projectId: string,
    { segment: given }: GivenCategory,
  ): Promise<{ segment: CampaignSegment | null; problems: LimitProblem[] }> {
    const { segment, problems } = await this.segments.read(tx, projectId, given);
    return { segment, problems: problems.map(({ path, message }) => ({ code: 'INVALID', path, message })) };
  }
}

const mostNamed = 10;

function refused(code: LimitProblem['code'], path: string[], message: string): CategoryOutcome {
  return { category: null, problems: [{ code, path, message }] };
}

const notFound = refused(
  'NOT_FOUND',
  ['id'],
  'This project has no such engagement category; list them to see their ids',
);
const nameTaken = refused('NAME_TAKEN', ['name'], 'Another engagement category of this project has this name');
const conflict = refused(
  'CONFLICT',
  ['version'],
  'Somebody else changed the engagement category meanwhile; read it again and repeat the change',
);

function subjectOf({ id }: Category): { type: string; id: string } {
  return { type: 'engagement-category', id };
}

function auditView({
  id: _id,
  projectId: _project,
  createdAt: _created,
  updatedAt: _updated,
  ...shown
}: Category): object {
  return shown;
}
