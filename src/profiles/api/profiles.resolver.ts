import { isUuid } from '@libs/foundation';
import { decodeCursor, PageArgs, Transactions, type Tx, toPage } from '@libs/platform';
import { type Actor, Allow, AuditTrail, CurrentActor } from '@modules/projects';
import { BadRequestException, ValidationPipe } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ImportRepository } from '../imports/import-repository';
import { ImportWriter } from '../imports/import-writer';
import { againAfterClash } from '../persistence/again-after-clash';
import { ProfileRepository } from '../persistence/profile.repository';
import { type ListedProfile, ProfileDirectory } from '../persistence/profile-directory';
import { DevicesLoader } from './devices.loader';
import { ProfileArgs, ProfilesArgs, UpsertProfileInput } from './profile.inputs';
import {
  DeviceType,
  ImportConnection,
  ProfileAttributeType,
  ProfileConnection,
  ProfileType,
  shownAttributes,
  UpsertProfilePayload,
} from './profile.type';
import { readUpsert } from './read-upsert';

/** Profiles, their devices and imports. */
@Resolver(() => ProfileType)
export class ProfilesResolver {
  constructor(
    private readonly directory: ProfileDirectory,
    private readonly imports: ImportRepository,
    private readonly writer: ImportWriter,
    private readonly profileRepository: ProfileRepository,
    private readonly devicesOf: DevicesLoader,
    private readonly transactions: Transactions,
    private readonly audit: AuditTrail,
  ) {}

  @Allow('profiles.view')
  @Query(() => ProfileType, { nullable: true, description: 'The profile of a user ID, or with an id of ours.' })
  async profile(
    @CurrentActor() { projectId }: Actor,
    @Args() { userId, id }: ProfileArgs,
  ): Promise<ListedProfile | null> {
    const { pool } = this.transactions;
    if (userId && id) throw new BadRequestException('Name the profile by userId or by id, not by both');
    if (userId) return this.directory.find(pool, projectId, userId);
    if (!id) throw new BadRequestException('Name the profile by userId, or by id');
    return isUuid(id) ? this.directory.findById(pool, projectId, id) : null;
  }

  @Allow('profiles.view')
  @Query(() => ProfileConnection, { description: 'Profiles of the project in the order of their user IDs.' })
  async profiles(
    @CurrentActor() actor: Actor,
    @Args(new ValidationPipe()) { first, after, search }: ProfilesArgs,
  ): Promise<ProfileConnection> {
    const rows = await this.directory.list(this.transactions.pool, {
      projectId: actor.projectId,
      search: search ?? null,
      afterUserId: decodeCursor(after),
      limit: first + 1,
    });
    return toPage(rows, { first, cursorOf: ({ userId }) => userId ?? '', map: (row) => row });
  }

  @Allow('profiles.view')
  @Query(() => ImportConnection, { name: 'imports', description: 'Imported files, newest first.' })
  async listImports(
    @CurrentActor() actor: Actor,
    @Args(new ValidationPipe()) { first, after }: PageArgs,
  ): Promise<ImportConnection> {
    const beforeId = decodeCursor(after);
    if (beforeId !== null && !isUuid(beforeId)) throw new BadRequestException('after is no cursor of this list');
    const rows = await this.imports.list(this.transactions.pool, {
      projectId: actor.projectId,
      beforeId,
      limit: first + 1,
    });
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }

  @ResolveField(() => [DeviceType], { description: 'Devices of the person.' })
  async devices(@CurrentActor() actor: Actor, @Parent() { id }: ProfileType): Promise<DeviceType[]> {
    const devices = await this.devicesOf.of(actor, id);
    return devices.map((device) => ({ ...device, attributes: shownAttributes(device.attributes) }));
  }

  @ResolveField(() => [ProfileAttributeType], { description: 'Stored attributes.' })
  attributes(@Parent() { attributes }: ListedProfile): ProfileAttributeType[] {
    return shownAttributes(attributes);
  }

  @Allow('profiles.manage')
  @Mutation(() => UpsertProfilePayload, { description: 'Makes a profile or changes what is given of it.' })
  async upsertProfile(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpsertProfileInput,
  ): Promise<UpsertProfilePayload> {
    const change = await readUpsert(input);
    if ('problems' in change) {
      return { profile: null, userErrors: change.problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    const { projectId } = actor;
    const { row, cleared } = change;
    const write = async (tx: Tx): Promise<UpsertProfilePayload> => {
      const { refused } = await this.writer.writeProfiles(tx, projectId, [row]);
      if (refused.length > 0) {
        const problem = { path: ['attributes'], message: refused[0]?.reason ?? '', code: 'INVALID' };
        return { profile: null, userErrors: [problem] };
      }
      await this.profileRepository.clear(tx, { projectId, userId: row.userId, fields: cleared });
      const saved = await this.directory.find(tx, projectId, row.userId);
      if (saved) {
        await this.audit.record(tx, actor, { action: 'profile.upserted', subject: { type: 'profile', id: saved.id } });
      }
      return { profile: saved, userErrors: [] };
    };
    return againAfterClash(() => this.transactions.run(write));
  }
}
