import { isUuid } from '@libs/foundation';
import { decodeCursor, PageArgs, Transactions, toPage, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { BadRequestException } from '@nestjs/common';
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ManageSnippets, type SnippetOutcome } from '../../authoring/manage-snippets';
import { snippetName } from '../../domain/content/snippets';
import { SnippetRepository } from '../../persistence/authoring/snippet.repository';
import {
  CreateSnippetInput,
  DeleteSnippetInput,
  SnippetConnection,
  SnippetPayload,
  SnippetType,
  SnippetUseType,
  UpdateSnippetInput,
} from './snippet.type';
import { SnippetUseLoader } from './snippet-use.loader';

/** Reusable pieces of content. */
@Resolver(() => SnippetType)
export class SnippetResolver {
  constructor(
    private readonly manage: ManageSnippets,
    private readonly repository: SnippetRepository,
    private readonly uses: SnippetUseLoader,
    private readonly transactions: Transactions,
  ) {}

  @Allow('campaigns.view')
  @Query(() => SnippetType, { nullable: true, description: 'One snippet of the project.' })
  async snippet(@CurrentActor() actor: Actor, @Args('id', { type: () => ID }) id: string): Promise<SnippetType | null> {
    return isUuid(id) ? this.repository.find(this.transactions.pool, actor.projectId, id) : null;
  }

  @Allow('campaigns.view')
  @Query(() => SnippetConnection, { description: 'Snippets of the project by name.' })
  async snippets(@CurrentActor() actor: Actor, @Args() { first, after }: PageArgs): Promise<SnippetConnection> {
    const afterName = decodeCursor(after);
    if (afterName !== null && !snippetName.test(afterName)) {
      throw new BadRequestException('after must be the endCursor of a page of the same list');
    }
    const page = { projectId: actor.projectId, afterName, limit: first + 1 };
    const rows = await this.repository.list(this.transactions.pool, page);
    return toPage(rows, { first, cursorOf: ({ name }) => name, map: (row) => row });
  }

  @Allow('campaigns.edit')
  @Mutation(() => SnippetPayload, { description: 'Writes a snippet. Its text has to be good by itself.' })
  async createSnippet(@CurrentActor() actor: Actor, @Args('input') input: CreateSnippetInput): Promise<SnippetPayload> {
    return (await invalid(CreateSnippetInput, input)) ?? toPayload(await this.manage.create(actor, input));
  }

  @Allow('campaigns.edit')
  @Mutation(() => SnippetPayload, {
    description: 'Changes the text of a snippet. Campaigns that are live keep the old one until their next launch.',
  })
  async updateSnippet(@CurrentActor() actor: Actor, @Args('input') input: UpdateSnippetInput): Promise<SnippetPayload> {
    return (await invalid(UpdateSnippetInput, input)) ?? toPayload(await this.manage.update(actor, input));
  }

  @Allow('campaigns.edit')
  @Mutation(() => SnippetPayload, {
    description: 'Deletes a snippet. One that is used stays: the error names where.',
  })
  async deleteSnippet(@CurrentActor() actor: Actor, @Args('input') input: DeleteSnippetInput): Promise<SnippetPayload> {
    return (await invalid(DeleteSnippetInput, input)) ?? toPayload(await this.manage.delete(actor, input));
  }

  @ResolveField(() => [SnippetUseType], {
    description: 'Campaigns, e-mail templates and snippets that use it by themselves, at most 100.',
  })
  usedBy(@CurrentActor() actor: Actor, @Parent() { name }: SnippetType): Promise<SnippetUseType[]> {
    return this.uses.load(actor.projectId, name);
  }
}

async function invalid<T extends object>(type: new () => T, input: T): Promise<SnippetPayload | null> {
  const problems = await validateInput(type, input);
  if (problems.length === 0) return null;
  return { snippet: null, userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
}

function toPayload({ snippet, problem }: SnippetOutcome): SnippetPayload {
  return { snippet, userErrors: problem ? [problem] : [] };
}
