import { validateInput } from '@libs/platform';
import { ConnectionNotFoundError, ConnectionType } from '@modules/connections';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { type ChannelDrift, RepairTemplates } from '../../authoring/repair-templates';
import { ChannelTemplateDriftType, RepairTemplatesInput, RepairTemplatesPayload } from './template-drift.type';

const mostShown = 500;

/** Whether Optimove lists the templates that we published. */
@Resolver(() => ConnectionType)
export class TemplateDriftResolver {
  constructor(private readonly templates: RepairTemplates) {}

  @ResolveField(() => [ChannelTemplateDriftType], {
    description: 'Our templates against those that Optimove lists, channel by channel. Asks Optimove.',
  })
  async templateDrift(
    @CurrentActor() actor: Actor,
    @Parent() { id }: ConnectionType,
  ): Promise<ChannelTemplateDriftType[]> {
    return (await this.templates.drift(actor.projectId, id)).map(toType);
  }

  @Allow('campaigns.launch')
  @Mutation(() => RepairTemplatesPayload, {
    description: 'Brings Optimove’s list of templates to what we published. Templates that are not ours stay.',
  })
  async repairTemplates(
    @CurrentActor() actor: Actor,
    @Args('input') input: RepairTemplatesInput,
  ): Promise<RepairTemplatesPayload> {
    const none = { repaired: 0, channels: [] };
    const problems = await validateInput(RepairTemplatesInput, input);
    if (problems.length > 0) return { ...none, userErrors: problems.map((each) => ({ ...each, code: 'INVALID' })) };
    try {
      const { repaired, channels } = await this.templates.repair(actor, input.connectionId);
      return { repaired, channels: channels.map(toType), userErrors: [] };
    } catch (error) {
      if (!(error instanceof ConnectionNotFoundError)) throw error;
      return { ...none, userErrors: [{ code: 'NOT_FOUND', path: ['connectionId'], message: error.message }] };
    }
  }
}

function toType({ optimoveChannelId, problem, differences }: ChannelDrift): ChannelTemplateDriftType {
  const shown = differences.slice(0, mostShown).map(({ templateId, ...difference }) => ({
    ...difference,
    optimoveTemplateId: templateId,
  }));
  return { optimoveChannelId, problem, count: differences.length, differences: shown };
}
