import { type Page, PageArgs } from '@libs/platform';
import { type Actor, CurrentActor } from '@modules/projects';
import type { Type } from '@nestjs/common';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { ratesOf } from '../domain/execution/medium-funnel';
import type { SummedKind } from '../persistence/ledger/medium-funnel.repository';
import { CampaignType } from './authoring/campaign.type';
import { DirectCampaignType } from './direct/direct-campaign.type';
import { ExecutionType } from './execution.type';
import { LinkClicksPages } from './link-clicks.pages';
import { MediumFunnelLoader } from './medium-funnel.loader';
import { LinkClicksConnection, type LinkClicksType, MediumFunnelType } from './medium-funnel.type';

type Fields = new (funnels: MediumFunnelLoader, links: LinkClicksPages) => object;

/** Sums by medium and by link as fields of a type. */
function fieldsOf(parent: Type<{ id: string }>, kind: SummedKind): Fields {
  @Resolver(() => parent, { isAbstract: true })
  abstract class MediumFunnelFields {
    constructor(
      private readonly funnels: MediumFunnelLoader,
      private readonly links: LinkClicksPages,
    ) {}

    @ResolveField(() => [MediumFunnelType], { description: 'What became of the messages, by medium; at most six.' })
    async mediumFunnels(
      @CurrentActor() { projectId }: Actor,
      @Parent() { id }: { id: string },
    ): Promise<MediumFunnelType[]> {
      const funnels = await this.funnels.load(projectId, kind, id);
      return funnels.map((funnel) => ({ ...funnel, ...ratesOf(funnel) }));
    }

    @ResolveField(() => LinkClicksConnection, {
      description: 'The links of the messages in their order, followed or not, once somebody has followed one.',
    })
    linkClicks(
      @CurrentActor() { projectId }: Actor,
      @Parent() { id }: { id: string },
      @Args() page: PageArgs,
    ): Promise<Page<LinkClicksType>> {
      return this.links.page(projectId, { kind, id }, page);
    }
  }
  return MediumFunnelFields as unknown as Fields;
}

/** What became of the messages of executions. */
@Resolver(() => ExecutionType)
export class ExecutionMediumFunnelResolver extends fieldsOf(ExecutionType, 'EXECUTION') {}

/** What became of the messages of campaigns. */
@Resolver(() => CampaignType)
export class CampaignMediumFunnelResolver extends fieldsOf(CampaignType, 'CAMPAIGN') {}

/** What became of the messages of Direct campaigns. */
@Resolver(() => DirectCampaignType)
export class DirectCampaignMediumFunnelResolver extends fieldsOf(DirectCampaignType, 'CAMPAIGN') {}
