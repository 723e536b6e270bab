import { decodeCursor, PageArgs, Transactions, toPage } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { BadRequestException } from '@nestjs/common';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { deliveryId, readDeliveryId } from '../domain/execution/delivery-id';
import { maskAddress } from '../domain/execution/mask';
import type { ListedExecution } from '../persistence/ledger/execution-list.repository';
import {
  type FailureClass,
  type UncertainDelivery,
  UncertainRepository,
} from '../persistence/ledger/uncertain.repository';
import { ExecutionType } from './execution.type';
import { FailureClassType, UncertainDeliveryConnection } from './settlement.type';

/** Messages of an execution that wait for somebody's decision. */
@Resolver(() => ExecutionType)
export class UncertainResolver {
  constructor(
    private readonly uncertain: UncertainRepository,
    private readonly profiles: ProfilesService,
    private readonly transactions: Transactions,
  ) {}

  @Allow('campaigns.view')
  @ResolveField(() => UncertainDeliveryConnection, { description: 'Messages that may or may not have been sent.' })
  async uncertainDeliveries(
    @CurrentActor() actor: Actor,
    @Parent() execution: ListedExecution,
    @Args() { first, after }: PageArgs,
  ): Promise<UncertainDeliveryConnection> {
    const rows = await this.uncertain.list(execution.id, readPosition(after), first + 1);
    const addresses = await this.addresses(actor.projectId, rows);
    const idOf = (row: UncertainDelivery): string => deliveryId({ executionId: execution.id, ...row });
    return toPage(rows, {
      first,
      totalCount: await this.uncertain.count(execution.id),
      cursorOf: idOf,
      map: (row) => ({ ...row, id: idOf(row), maskedAddress: addresses.get(addressOf(row)) ?? null }),
    });
  }

  @Allow('campaigns.view')
  @ResolveField(() => [FailureClassType], { description: 'Failed customers by kind of reason, most frequent first.' })
  failures(@Parent() execution: ListedExecution): Promise<FailureClass[]> {
    return this.uncertain.failures(execution.id);
  }

  private async addresses(projectId: string, rows: UncertainDelivery[]): Promise<Map<string, string>> {
    const profileIds = [...new Set(rows.map(({ profileId }) => profileId))];
    const media = [...new Set(rows.map(({ medium }) => medium))];
    const reach = await this.profiles.reach(this.transactions.pool, projectId, profileIds, media);
    return new Map(reach.map((row) => [addressOf(row), maskAddress(row.address)]));
  }
}

function addressOf({
  profileId,
  medium,
  addressKey,
}: {
  profileId: string;
  medium: string;
  addressKey: string;
}): string {
  return `${profileId} ${medium} ${addressKey}`;
}

function readPosition(after: string | null | undefined): ReturnType<typeof readDeliveryId> {
  const id = decodeCursor(after);
  const position = id === null ? null : readDeliveryId(id);
  if (id !== null && !position) throw new BadRequestException('after must be the endCursor of a page of the same list');
  return position;
}
