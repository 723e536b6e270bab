import { isUuid } from '@libs/foundation';
import { decodeCursor, Transactions, toPage, validateInput } from '@libs/platform';
import { AttributeDefinitions } from '@modules/profiles';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  type EmailTemplateOutcome,
  type GivenEmailTemplate,
  ManageEmailTemplates,
} from '../../authoring/manage-email-templates';
import type { CampaignContent } from '../../domain/content/campaign-content';
import { checkEmailTemplate, contentOf } from '../../domain/content/email-template';
import { EmailTemplateRepository } from '../../persistence/authoring/email-template.repository';
import { EmailTemplateLoader } from './email-template.loader';
import {
  ArchiveEmailTemplateInput,
  CopyEmailTemplateInput,
  CreateEmailTemplateInput,
  EmailTemplateConnection,
  EmailTemplatePayload,
  EmailTemplatesArgs,
  EmailTemplateType,
  EmailTemplateUseType,
  UpdateEmailTemplateInput,
} from './email-template.type';
import { FindingType, PlaceholdersType } from './finding.type';
import { SnippetLoader } from './snippet.loader';
import { optional, storable } from './storable';

/** What e-mails of campaigns begin with. */
@Resolver(() => EmailTemplateType)
export class EmailTemplateResolver {
  constructor(
    private readonly manage: ManageEmailTemplates,
    private readonly repository: EmailTemplateRepository,
    private readonly loader: EmailTemplateLoader,
    private readonly snippets: SnippetLoader,
    private readonly attributes: AttributeDefinitions,
    private readonly transactions: Transactions,
  ) {}

  @Allow('campaigns.view')
  @Query(() => EmailTemplateType, { nullable: true, description: 'One e-mail template of the project.' })
  async emailTemplate(
    @CurrentActor() { projectId }: Actor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<EmailTemplateType | null> {
    return isUuid(id) ? this.repository.find(this.transactions.pool, { projectId, id }) : null;
  }

  @Allow('campaigns.view')
  @Query(() => EmailTemplateConnection, { description: 'E-mail templates of the project, newest first.' })
  async emailTemplates(
    @CurrentActor() { projectId }: Actor,
    @Args() { first, after, search, includeArchived }: EmailTemplatesArgs,
  ): Promise<EmailTemplateConnection> {
    const page = {
      projectId,
      search: search ? storable(search) : null,
      includeArchived,
      beforeId: decodeCursor(after),
      limit: first + 1,
    };
    const rows = await this.repository.list(this.transactions.pool, page);
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }

  @Allow('campaigns.edit')
  @Mutation(() => EmailTemplatePayload, {
    description: 'Keeps an e-mail template. Its texts have to be good by themselves, as those of a launch.',
  })
  async createEmailTemplate(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateEmailTemplateInput,
  ): Promise<EmailTemplatePayload> {
    const refusal = await invalid(CreateEmailTemplateInput, input);
    return refusal ?? toPayload(await this.manage.create(actor, toGiven(input)));
  }

  @Allow('campaigns.edit')
  @Mutation(() => EmailTemplatePayload, {
    description: 'Replaces name and texts. Campaigns keep what they took over, and their review says what changed.',
  })
  async updateEmailTemplate(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpdateEmailTemplateInput,
  ): Promise<EmailTemplatePayload> {
    const refusal = await invalid(UpdateEmailTemplateInput, input);
    return refusal ?? toPayload(await this.manage.update(actor, input, toGiven(input)));
  }

  @Allow('campaigns.edit')
  @Mutation(() => EmailTemplatePayload, { description: 'Makes another e-mail template with the same texts.' })
  async copyEmailTemplate(
    @CurrentActor() actor: Actor,
    @Args('input') input: CopyEmailTemplateInput,
  ): Promise<EmailTemplatePayload> {
    const refusal = await invalid(CopyEmailTemplateInput, input);
    return refusal ?? toPayload(await this.manage.copy(actor, { id: input.id, name: input.name ?? null }));
  }

  @Allow('campaigns.edit')
  @Mutation(() => EmailTemplatePayload, {
    description: 'Puts an e-mail template away. Campaigns that began with it keep their text.',
  })
  async archiveEmailTemplate(
    @CurrentActor() actor: Actor,
    @Args('input') input: ArchiveEmailTemplateInput,
  ): Promise<EmailTemplatePayload> {
    const refusal = await invalid(ArchiveEmailTemplateInput, input);
    return refusal ?? toPayload(await this.manage.archive(actor, input));
  }

  @ResolveField(() => String, { description: 'HTML part; values are escaped in it.' })
  html(@CurrentActor() { projectId }: Actor, @Parent() { id }: EmailTemplateType): Promise<string> {
    return this.loader.html(projectId, id);
  }

  @ResolveField(() => [EmailTemplateUseType], {
    description: 'Campaigns of both kinds that began with it, at most 100; archived ones aside.',
  })
  usedBy(@CurrentActor() { projectId }: Actor, @Parent() { id }: EmailTemplateType): Promise<EmailTemplateUseType[]> {
    return this.loader.uses(projectId, id);
  }

  @ResolveField(() => [FindingType], { description: 'What its author should know, at html, subject or preheader.' })
  async findings(@CurrentActor() { projectId }: Actor, @Parent() template: EmailTemplateType): Promise<FindingType[]> {
    const known = await this.attributes.known(this.transactions.pool, projectId);
    const content = await this.contentOf(projectId, template);
    return checkEmailTemplate(content, { attributes: new Set(known.keys()) }).findings;
  }

  @ResolveField(() => PlaceholdersType, { description: 'The placeholders of its texts.' })
  async placeholders(
    @CurrentActor() { projectId }: Actor,
    @Parent() template: EmailTemplateType,
  ): Promise<PlaceholdersType> {
    return checkEmailTemplate(await this.contentOf(projectId, template)).placeholders;
  }

  private async contentOf(projectId: string, template: EmailTemplateType): Promise<CampaignContent> {
    const html = await this.loader.html(projectId, template.id);
    return this.snippets.load(projectId, contentOf({ ...template, html }));
  }
}

function toGiven({ name, html, subject, preheader }: CreateEmailTemplateInput): GivenEmailTemplate {
  return {
    name: storable(name),
    html: storable(html),
    subject: optional(subject) ?? null,
    preheader: optional(preheader) ?? null,
  };
}

async function invalid<T extends object>(type: new () => T, input: T): Promise<EmailTemplatePayload | null> {
  const problems = await validateInput(type, input);
  if (problems.length === 0) return null;
  return { template: null, userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
}

function toPayload({ template, problems }: EmailTemplateOutcome): EmailTemplatePayload {
  return { template, userErrors: problems };
}
