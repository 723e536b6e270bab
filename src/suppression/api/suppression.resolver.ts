import { isUuid } from '@libs/foundation';
import { decodeCursor, toPage, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { type EntryKind, normalValue, normalValues } from '../domain/entry';
import { SuppressionList } from '../suppression-list';
import {
  AddSuppressionEntryInput,
  AddSuppressionEntryPayload,
  RemoveSuppressionEntryInput,
  RemoveSuppressionEntryPayload,
  SuppressionEntriesArgs,
  SuppressionEntryConnection,
  SuppressionEntryType,
} from './suppression.type';

const expected: Record<EntryKind, string> = {
  USER_ID: 'The user ID must not be empty',
  EMAIL: 'The value must be an e-mail address',
  MOBILE_NUMBER: 'The number must have its country code, e.g. 447700900123 or +44 7700 900123',
};

/** The suppression list. */
@Resolver(() => SuppressionEntryType)
export class SuppressionResolver {
  constructor(private readonly suppressionList: SuppressionList) {}

  @Allow('suppression.view')
  @Query(() => SuppressionEntryConnection, { description: 'Who must not be contacted, newest first.' })
  async suppressionEntries(
    @CurrentActor() actor: Actor,
    @Args() { first, after, kind, medium, search }: SuppressionEntriesArgs,
  ): Promise<SuppressionEntryConnection> {
    const filter = { kind, medium, value: search ? normalValues(search) : null };
    const page = { beforeId: decodeCursor(after), limit: first + 1, filter };
    const rows = await this.suppressionList.list(actor.projectId, page);
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }

  @Allow('suppression.manage')
  @Mutation(() => AddSuppressionEntryPayload, {
    description: 'Suppresses an address, number or user from the next hand-over on.',
  })
  async addSuppressionEntry(
    @CurrentActor() actor: Actor,
    @Args('input') input: AddSuppressionEntryInput,
  ): Promise<AddSuppressionEntryPayload> {
    const problems = await validateInput(AddSuppressionEntryInput, input);
    const value = normalValue(input.kind, input.value);
    if (value === null) problems.push({ path: ['value'], message: expected[input.kind] });
    if (problems.length > 0 || value === null) {
      return { entry: null, userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    return { entry: await this.suppressionList.add(actor, { ...input, value }), userErrors: [] };
  }

  @Allow('suppression.manage')
  @Mutation(() => RemoveSuppressionEntryPayload, {
    description: 'Removes an entry; the person can be contacted again.',
  })
  async removeSuppressionEntry(
    @CurrentActor() actor: Actor,
    @Args('input') { id }: RemoveSuppressionEntryInput,
  ): Promise<RemoveSuppressionEntryPayload> {
    const isRemoved = isUuid(id) && (await this.suppressionList.remove(actor, id));
    if (isRemoved) return { removedId: id, userErrors: [] };
    const message = 'This project has no such entry; list suppressionEntries to see their ids';
    return { removedId: null, userErrors: [{ code: 'NOT_FOUND', path: ['id'], message }] };
  }
}
