import { isUuid } from '@libs/foundation';
import { decodeCursor, PageArgs, Transactions, toPage, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { type CategoryOutcome, type GivenCategory, ManageCategories } from '../../limits/manage-categories';
import { CategoryRepository } from '../../persistence/limits/category.repository';
import {
  ArchiveEngagementCategoryInput,
  CreateEngagementCategoryInput,
  UpdateEngagementCategoryInput,
} from './category.inputs';
import {
  EngagementCategoryConnection,
  EngagementCategoryPayload,
  EngagementCategoryType,
  toCategoryType,
} from './category.type';

/** Engagement categories. Whoever changes one changes what is live, so it takes the right to launch. */
@Resolver(() => EngagementCategoryType)
export class CategoryResolver {
  constructor(
    private readonly manage: ManageCategories,
    private readonly repository: CategoryRepository,
    private readonly transactions: Transactions,
  ) {}

  @Allow('campaigns.view')
  @Query(() => EngagementCategoryType, { nullable: true, description: 'One engagement category of the project.' })
  async engagementCategory(
    @CurrentActor() { projectId }: Actor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<EngagementCategoryType | null> {
    const found = isUuid(id) ? await this.repository.find(this.transactions.pool, projectId, id) : null;
    return found && toCategoryType(found);
  }

  @Allow('campaigns.view')
  @Query(() => EngagementCategoryConnection, { description: 'Engagement categories of the project, by name.' })
  async engagementCategories(
    @CurrentActor() { projectId }: Actor,
    @Args() { first, after }: PageArgs,
  ): Promise<EngagementCategoryConnection> {
    const page = { projectId, afterName: decodeCursor(after), limit: first + 1 };
    const rows = await this.repository.list(this.transactions.pool, page);
    return toPage(rows, { first, cursorOf: ({ name }) => name, map: toCategoryType });
  }

  @Allow('campaigns.launch')
  @Mutation(() => EngagementCategoryPayload, { description: 'Makes an engagement category.' })
  async createEngagementCategory(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateEngagementCategoryInput,
  ): Promise<EngagementCategoryPayload> {
    const refusal = await invalid(CreateEngagementCategoryInput, input);
    return refusal ?? toPayload(await this.manage.create(actor, toGiven(input)));
  }

  @Allow('campaigns.launch')
  @Mutation(() => EngagementCategoryPayload, {
    description: 'Replaces an engagement category. Campaigns follow at once, those that are live too.',
  })
  async updateEngagementCategory(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpdateEngagementCategoryInput,
  ): Promise<EngagementCategoryPayload> {
    const refusal = await invalid(UpdateEngagementCategoryInput, input);
    return refusal ?? toPayload(await this.manage.update(actor, input, toGiven(input)));
  }

  @Allow('campaigns.launch')
  @Mutation(() => EngagementCategoryPayload, {
    description: 'Puts an engagement category away. One that a campaign uses stays: the error names which.',
  })
  async archiveEngagementCategory(
    @CurrentActor() actor: Actor,
    @Args('input') input: ArchiveEngagementCategoryInput,
  ): Promise<EngagementCategoryPayload> {
    const refusal = await invalid(ArchiveEngagementCategoryInput, input);
    return refusal ?? toPayload(await this.manage.archive(actor, input));
  }
}

function toGiven(input: CreateEngagementCategoryInput): GivenCategory {
  const { name, segment = null, ignoresSubscription, ignoresQuietHours } = input;
  const { perDay = null, perWeek = null, perMonth = null, coolDownMinutes = null } = input;
  return { name, segment, ignoresSubscription, ignoresQuietHours, perDay, perWeek, perMonth, coolDownMinutes };
}

async function invalid<T extends object>(type: new () => T, input: T): Promise<EngagementCategoryPayload | null> {
  const problems = await validateInput(type, input);
  if (problems.length === 0) return null;
  return { category: null, userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
}

function toPayload({ category, problems }: CategoryOutcome): EngagementCategoryPayload {
  return { category: category && toCategoryType(category), userErrors: problems };
}
