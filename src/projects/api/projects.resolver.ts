import { isUuid, redact } from '@libs/foundation';
import { Transactions, toPage, validateInput } from '@libs/platform';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ApiKeys } from '../api-keys';
import { AuditTrail } from '../audit-trail';
import type { Actor } from '../domain/actor';
import { ManageProject } from '../manage-project';
import type { AuditEntryEntity } from '../persistence/project.entities';
import { ProjectsService } from '../projects.service';
import { Allow, CurrentActor } from './actor.decorators';
import {
  ApiKeyType,
  AuditEntriesArgs,
  AuditEntryConnection,
  type AuditEntryType,
  CreateApiKeyInput,
  CreateApiKeyPayload,
  ProjectType,
  RevokeApiKeyInput,
  RevokeApiKeyPayload,
} from './project.type';
import { UpdateProjectInput, UpdateProjectPayload } from './project-change.type';
import { readIdCursor } from './read-cursor';

const refusals = {
  NOT_FOUND: 'This project has no such active key; list apiKeys to see their ids',
  LAST_ADMIN_KEY: 'This is the last administrator key; create another one first',
};

/** The project, its keys and audit trail. */
@Resolver()
export class ProjectsResolver {
  constructor(
    private readonly projects: ProjectsService,
    private readonly manage: ManageProject,
    private readonly keys: ApiKeys,
    private readonly audit: AuditTrail,
    private readonly transactions: Transactions,
  ) {}

  @Allow('project.view')
  @Query(() => ProjectType, { description: 'The project that the API key belongs to.' })
  project(@CurrentActor() actor: Actor): Promise<ProjectType> {
    return this.projects.get(actor.projectId);
  }

  @Allow('project.manage')
  @Mutation(() => UpdateProjectPayload, { description: 'Changes the name or the time zone of the project.' })
  async updateProject(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpdateProjectInput,
  ): Promise<UpdateProjectPayload> {
    const invalid = await validateInput(UpdateProjectInput, input);
    if (invalid.length > 0) {
      return { project: null, userErrors: invalid.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    const { project, problems } = await this.manage.update(actor, input);
    return { project, userErrors: problems };
  }

  @Allow('project.manage')
  @Query(() => [ApiKeyType], { description: 'The latest 200 API keys of the project, revoked ones too.' })
  apiKeys(@CurrentActor() actor: Actor): Promise<ApiKeyType[]> {
    return this.keys.list(actor.projectId);
  }

  @Allow('project.manage')
  @Query(() => AuditEntryConnection, { description: 'Who changed what, newest first.' })
  async auditEntries(@CurrentActor() actor: Actor, @Args() args: AuditEntriesArgs): Promise<AuditEntryConnection> {
    const { first, after, action, subjectType, subjectId, from, to } = args;
    const rows = await this.audit.list(this.transactions.pool, {
      projectId: actor.projectId,
      ...{ action: action ?? null, subjectType: subjectType ?? null, subjectId: subjectId ?? null },
      ...{ from: from ?? null, to: to ?? null },
      beforeId: readIdCursor(after),
      limit: first + 1,
    });
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: toAuditEntry });
  }

  @Allow('project.manage')
  @Mutation(() => CreateApiKeyPayload, { description: 'Creates an API key and shows it this once.' })
  async createApiKey(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateApiKeyInput,
  ): Promise<CreateApiKeyPayload> {
    const problems = await validateInput(CreateApiKeyInput, input);
    if (problems.length > 0) {
      return { apiKey: null, key: null, userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    return { ...(await this.keys.create(actor, input)), userErrors: [] };
  }

  @Allow('project.manage')
  @Mutation(() => RevokeApiKeyPayload, {
    description: 'Revokes an API key; it stops working within 5 seconds. The last administrator key cannot be revoked.',
  })
  async revokeApiKey(
    @CurrentActor() actor: Actor,
    @Args('input') { id }: RevokeApiKeyInput,
  ): Promise<RevokeApiKeyPayload> {
    const outcome = isUuid(id) ? await this.keys.revoke(actor, id) : 'NOT_FOUND';
    if (typeof outcome !== 'string') return { apiKey: outcome, userErrors: [] };
    return { apiKey: null, userErrors: [{ code: outcome, path: ['id'], message: refusals[outcome] }] };
  }
}

function toAuditEntry({ before, after, ...entry }: AuditEntryEntity): AuditEntryType {
  return { ...entry, before: toText(before), after: toText(after) };
}

/** Entries hold no secrets; should one have slipped in under a telling name, it does not come out here. */
function toText(value: object | null): string | null {
  return value && JSON.stringify(redact(value));
}
