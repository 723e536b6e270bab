import { Transactions, type Tx } from '@libs/platform';
import { type FrozenSegment, ProfilesService } from '@modules/profiles';
import { ProjectsService } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { Category } from '../domain/limits/category';
import type { QuietHours } from '../domain/limits/quiet-hours';
import { CategoryRepository } from '../persistence/limits/category.repository';
import { SendingRulesRepository } from '../persistence/limits/sending-rules.repository';

/** A category as an execution follows it now. */
export interface CategoryInForce {
  category: Category;
  /** Whom it is for; null: everybody. */
  segment: FrozenSegment | null;
  /** Why nobody can be told to be in its segment; null when all is well. */
  segmentProblem: string | null;
}

/** How often and at which hours an execution may send. */
export interface LimitsInForce {
  projectId: string;
  /** Null when they do not hold for the execution. */
  quietHours: QuietHours | null;
  /** For people of whom neither the profile nor a device names a zone. */
  timeZone: string;
  /** By Optimove template id; templates without a category are absent. */
  categories: Map<string, CategoryInForce>;
}

/** What the limits of an execution rest on: its content by Optimove template id. */
export interface LimitedContents {
  projectId: string;
  isTriggered: boolean;
  contents: Map<string, { categoryId: string | null } | null>;
}

/** Reads the sending rules and categories that hold for an execution now, as they are and not as they were at a launch. */
@Injectable()
export class LimitsReader {
  constructor(
    private readonly transactions: Transactions,
    private readonly projects: ProjectsService,
    private readonly profiles: ProfilesService,
    private readonly rules: SendingRulesRepository,
    private readonly categories: CategoryRepository,
  ) {}

  async read({ projectId, isTriggered, contents }: LimitedContents): Promise<LimitsInForce> {
    const { pool } = this.transactions;
    const { quietHours, isQuietForTriggered } = await this.rules.get(pool, projectId);
    const isQuiet = quietHours !== null && (!isTriggered || isQuietForTriggered);
    const timeZone = isQuiet ? (await this.projects.get(projectId)).timeZone : 'UTC';
    const ids = [...contents].flatMap(([templateId, content]) =>
      content?.categoryId ? [[templateId, content.categoryId] as const] : [],
    );
    const categories = ids.length === 0 ? new Map() : await this.inForce(pool, projectId, new Map(ids));
    return { projectId, quietHours: isQuiet ? quietHours : null, timeZone, categories };
  }

  private async inForce(tx: Tx, projectId: string, ids: Map<string, string>): Promise<Map<string, CategoryInForce>> {
    const found = await this.categories.ever(tx, projectId, [...new Set(ids.values())]);
    const byId = new Map<string, CategoryInForce>();
    for (const category of found) byId.set(category.id, await this.withSegment(tx, category));
    return new Map(
      [...ids].flatMap(([templateId, id]) => {
        const inForce = byId.get(id);
        return inForce ? [[templateId, inForce] as const] : [];
      }),
    );
  }

  private async withSegment(tx: Tx, category: Category): Promise<CategoryInForce> {
    if (!category.segment) return { category, segment: null, segmentProblem: null };
    const { segment, faults } = await this.profiles.freezeSegment(tx, category.projectId, category.segment);
    return { category, segment, segmentProblem: segment ? null : faults.map(({ message }) => message).join('; ') };
  }
}
