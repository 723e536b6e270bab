import { isUuid } from '@libs/foundation';
import { decodeCursor, Transactions, toPage, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { ValidationPipe } from '@nestjs/common';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { toTargeting } from '../api/device-targeting.inputs';
import { RecipientCountRepository } from '../persistence/recipient-count.repository';
import type { SegmentEntity } from '../persistence/segment.entity';
import { SegmentRepository } from '../persistence/segment.repository';
import { CountRecipients } from './count-recipients';
import { ManageSegments } from './manage-segments';
import {
  ArchiveSegmentInput,
  CalculateRecipientsInput,
  CalculateRecipientsPayload,
  CopySegmentInput,
  CreateSegmentInput,
  RecipientCountType,
  SegmentConnection,
  SegmentPayload,
  SegmentsArgs,
  SegmentType,
  UpdateSegmentInput,
} from './segment.type';
import type { SegmentOutcome, SegmentProblem } from './segment-outcome';

/** Saved segments, and how many people rules reach. */
@Resolver(() => SegmentType)
export class SegmentsResolver {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: SegmentRepository,
    private readonly manage: ManageSegments,
    private readonly count: CountRecipients,
    private readonly counts: RecipientCountRepository,
  ) {}

  @Allow('profiles.view')
  @Query(() => SegmentType, { nullable: true, description: 'One segment of the project.' })
  async segment(@CurrentActor() actor: Actor, @Args('id', { type: () => ID }) id: string): Promise<SegmentType | null> {
    const found = isUuid(id) ? await this.repository.find(this.transactions.pool, actor.projectId, id) : null;
    return found && toType(found);
  }

  @Allow('profiles.view')
  @Query(() => SegmentConnection, { description: 'Segments of the project, newest first.' })
  async segments(
    @CurrentActor() actor: Actor,
    @Args(new ValidationPipe()) { first, after, search, includeArchived }: SegmentsArgs,
  ): Promise<SegmentConnection> {
    const { projectId } = actor;
    const page = {
      projectId,
      search: search || null,
      includeArchived,
      beforeId: decodeCursor(after),
      limit: first + 1,
    };
    const rows = await this.repository.list(this.transactions.pool, page);
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: toType });
  }

  @Allow('campaigns.edit')
  @Mutation(() => SegmentPayload, { description: 'Saves a segment. Rules that cannot be evaluated are refused.' })
  async createSegment(@CurrentActor() actor: Actor, @Args('input') input: CreateSegmentInput): Promise<SegmentPayload> {
    return checked(CreateSegmentInput, input, () => this.manage.create(actor, input));
  }

  @Allow('campaigns.edit')
  @Mutation(() => SegmentPayload, {
    description: 'Changes a segment. Launched campaigns keep the rules they were launched with.',
  })
  async updateSegment(@CurrentActor() actor: Actor, @Args('input') input: UpdateSegmentInput): Promise<SegmentPayload> {
    return checked(UpdateSegmentInput, input, () => this.manage.update(actor, input));
  }

  @Allow('campaigns.edit')
  @Mutation(() => SegmentPayload, { description: 'Saves the rules of a segment under another name.' })
  async copySegment(@CurrentActor() actor: Actor, @Args('input') input: CopySegmentInput): Promise<SegmentPayload> {
    return checked(CopySegmentInput, input, () => this.manage.copy(actor, input));
  }

  @Allow('campaigns.edit')
  @Mutation(() => SegmentPayload, { description: 'Puts a segment away that no other one uses. Its name becomes free.' })
  async archiveSegment(
    @CurrentActor() actor: Actor,
    @Args('input') input: ArchiveSegmentInput,
  ): Promise<SegmentPayload> {
    return checked(ArchiveSegmentInput, input, () => this.manage.archive(actor, input));
  }

  @Allow('campaigns.edit')
  @Mutation(() => CalculateRecipientsPayload, {
    description: 'Starts to count whom rules reach per medium. Read recipientCount, or the task, for the progress.',
  })
  async calculateRecipients(
    @CurrentActor() actor: Actor,
    @Args('input') input: CalculateRecipientsInput,
  ): Promise<CalculateRecipientsPayload> {
    const problems = await invalid(CalculateRecipientsInput, input);
    const { segmentId, rules, appIds, targeting } = input;
    if ((segmentId == null) === (rules == null)) {
      problems.push({ code: 'INVALID', path: [], message: 'Give segmentId or rules, one of the two' });
    }
    if (problems.length > 0) return { count: null, userErrors: problems };
    const counted = segmentId != null ? { segmentId } : { rules: rules ?? '' };
    const devices = {
      ...(toTargeting(targeting) ?? {}),
      ...(appIds?.length ? { appIds: appIds.map((id) => id.toLowerCase()) } : {}),
    };
    const started = await this.count.start(actor, counted, devices);
    return { count: started.count, userErrors: started.problems };
  }

  @Allow('profiles.view')
  @Query(() => RecipientCountType, { nullable: true, description: 'A count that calculateRecipients began.' })
  async recipientCount(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<RecipientCountType | null> {
    return isUuid(id) ? this.counts.find(this.transactions.pool, actor.projectId, id) : null;
  }
}

async function checked<T extends object>(
  type: new () => T,
  input: T,
  work: () => Promise<SegmentOutcome>,
): Promise<SegmentPayload> {
  const problems = await invalid(type, input);
  if (problems.length > 0) return { segment: null, userErrors: problems };
  const outcome = await work();
  return { segment: outcome.segment && toType(outcome.segment), userErrors: outcome.problems };
}

async function invalid<T extends object>(type: new () => T, input: T): Promise<SegmentProblem[]> {
  return (await validateInput(type, input)).map((problem) => ({ ...problem, code: 'INVALID' as const }));
}

function toType(segment: SegmentEntity): SegmentType {
  return { ...segment, rules: JSON.stringify(segment.rules) };
}
