import { getProvider, type ProviderDefinition, providers } from '@libs/delivery';
import { isUuid } from '@libs/foundation';
import { decodeCursor, PageArgs, Transactions, toPage, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { ValidationPipe } from '@nestjs/common';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ReportAddress } from '../delivery/report-address';
import { settingsShown } from '../domain/provider-account';
import { ManageProviderAccounts, type ProviderAccountOutcome } from '../manage-provider-accounts';
import type { ProviderAccountEntity } from '../persistence/provider-account.entity';
import { ProviderAccountRepository } from '../persistence/provider-account.repository';
import { ReceiptRepository } from '../persistence/receipt.repository';
import {
  CreateProviderAccountInput,
  DeleteProviderAccountInput,
  UpdateProviderAccountInput,
  VerifyProviderAccountInput,
} from './provider-account.inputs';
import {
  CreateProviderAccountPayload,
  DeleteProviderAccountPayload,
  ProviderAccountType,
  type ProviderAccountUserError,
  ProviderType,
  UpdateProviderAccountPayload,
  VerifyProviderAccountPayload,
} from './provider-account.type';
import { readPosition } from './read-position';
import { UnknownReportConnection } from './unknown-report.type';

/** Providers and the project's accounts at them. */
@Resolver(() => ProviderAccountType)
export class ProviderAccountsResolver {
  constructor(
    private readonly manage: ManageProviderAccounts,
    private readonly transactions: Transactions,
    private readonly repository: ProviderAccountRepository,
    private readonly addresses: ReportAddress,
    private readonly receipts: ReceiptRepository,
  ) {}

  @Allow('channels.view')
  @Query(() => [ProviderType], { description: 'Every provider that an account can be set up at.' })
  providers(): ProviderType[] {
    return providers.map(toProvider);
  }

  @Allow('channels.view')
  @Query(() => [ProviderAccountType], { description: 'Provider accounts of the project, oldest first.' })
  async providerAccounts(@CurrentActor() actor: Actor): Promise<ProviderAccountType[]> {
    return (await this.repository.list(this.transactions.pool, actor.projectId)).map(toType);
  }

  @Allow('channels.view')
  @Query(() => ProviderAccountType, { nullable: true, description: 'One provider account of the project.' })
  async providerAccount(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<ProviderAccountType | null> {
    const found = isUuid(id) ? await this.repository.find(this.transactions.pool, actor.projectId, id) : null;
    return found && toType(found);
  }

  @Allow('channels.manage')
  @Query(() => String, {
    nullable: true,
    description:
      'Where the provider of an account posts bounces, complaints and receipts. Whoever knows the address may report: give it to the provider alone. Null when the provider reports another way.',
  })
  async providerReportAddress(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<string | null> {
    const found = isUuid(id) ? await this.repository.find(this.transactions.pool, actor.projectId, id) : null;
    return found && getProvider(found.provider)?.readReport ? this.addresses.of(found.id) : null;
  }

  @Allow('channels.view')
  @Query(() => UnknownReportConnection, {
    description:
      'What providers reported of messages that are not ours, or in a form that nobody could read; newest first.',
  })
  async unknownReports(
    @CurrentActor() { projectId }: Actor,
    @Args(new ValidationPipe()) { first, after }: PageArgs,
  ): Promise<UnknownReportConnection> {
    const page = { projectId, beforeId: readPosition(decodeCursor(after)), limit: first + 1 };
    const rows = await this.receipts.unknown(this.transactions.pool, page);
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }

  @Allow('channels.manage')
  @Mutation(() => CreateProviderAccountPayload, {
    description: 'Sets up an account. Its settings are tried at the provider first; nothing is stored if they fail.',
  })
  async createProviderAccount(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateProviderAccountInput,
  ): Promise<CreateProviderAccountPayload> {
    const problems = await invalid(CreateProviderAccountInput, input);
    if (problems.length > 0) return { providerAccount: null, userErrors: problems };
    return toPayload(await this.manage.create(actor, input));
  }

  @Allow('channels.manage')
  @Mutation(() => UpdateProviderAccountPayload, {
    description:
      'Changes an account. Changed settings are tried at the provider first; nothing is stored if they fail.',
  })
  async updateProviderAccount(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpdateProviderAccountInput,
  ): Promise<UpdateProviderAccountPayload> {
    const problems = await invalid(UpdateProviderAccountInput, input);
    if (problems.length > 0) return { providerAccount: null, userErrors: problems };
    return toPayload(await this.manage.update(actor, input));
  }

  @Allow('channels.manage')
  @Mutation(() => VerifyProviderAccountPayload, {
    description: 'Tries the stored settings at the provider, without sending anything.',
  })
  async verifyProviderAccount(
    @CurrentActor() actor: Actor,
    @Args('input') { id }: VerifyProviderAccountInput,
  ): Promise<VerifyProviderAccountPayload> {
    return toPayload(await this.manage.verify(actor, id));
  }

  @Allow('channels.manage')
  @Mutation(() => DeleteProviderAccountPayload, {
    description:
      'Deletes an account: its secrets are erased and receipts of its messages no longer arrive. The next oldest account for the same takes over; without one it is refused while executions need it, and such messages are no longer sent afterwards.',
  })
  async deleteProviderAccount(
    @CurrentActor() actor: Actor,
    @Args('input') { id }: DeleteProviderAccountInput,
  ): Promise<DeleteProviderAccountPayload> {
    const { account, problems } = await this.manage.delete(actor, id);
    return { deletedId: account?.id ?? null, userErrors: problems };
  }
}

async function invalid<T extends object>(type: new () => T, input: T): Promise<ProviderAccountUserError[]> {
  return (await validateInput(type, input)).map((problem) => ({ ...problem, code: 'INVALID' }));
}

function toPayload({ account, problems }: ProviderAccountOutcome): CreateProviderAccountPayload {
  return { providerAccount: account && toType(account), userErrors: problems };
}

function toProvider(provider: ProviderDefinition): ProviderType {
  const { key, name, medium, pushService = null, hasReceipts, readReport, fields } = provider;
  const shown = fields.map((field) => ({ ...field, kind: field.kind.toUpperCase().replace('-', '_') }));
  return { key, name, medium, pushService, hasReceipts: hasReceipts || readReport !== undefined, fields: shown };
}

function toType(account: ProviderAccountEntity): ProviderAccountType {
  const { id, provider, medium, appId, name, isDefault, state, lastVerifiedAt, lastError } = account;
  const { messagesPerSecond, version, createdAt, updatedAt } = account;
  const definition = getProvider(provider);
  return {
    ...{ id, provider, medium, name, isDefault, state, lastVerifiedAt, lastError, version, createdAt, updatedAt },
    appId,
    pushService: definition?.pushService ?? null,
    messagesPerSecond,
    settings: settingsShown(definition?.fields ?? [], account),
  };
}
