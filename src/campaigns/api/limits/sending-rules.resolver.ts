import { validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ManageSendingRules } from '../../limits/manage-sending-rules';
import { SendingRulesPayload, SendingRulesType, UpdateSendingRulesInput } from './sending-rules.type';

/** Quiet hours, whether campaigns need a category, and the senders that they choose from. */
@Resolver()
export class SendingRulesResolver {
  constructor(private readonly manage: ManageSendingRules) {}

  @Allow('campaigns.view')
  @Query(() => SendingRulesType, { description: 'The sending rules of the project.' })
  sendingRules(@CurrentActor() { projectId }: Actor): Promise<SendingRulesType> {
    return this.manage.get(projectId);
  }

  @Allow('campaigns.launch')
  @Mutation(() => SendingRulesPayload, {
    description:
      'Replaces the sending rules. They hold at once; whoever waits already goes on waiting. Senders are looked at by launches.',
  })
  async updateSendingRules(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpdateSendingRulesInput,
  ): Promise<SendingRulesPayload> {
    const problems = await validateInput(UpdateSendingRulesInput, input);
    if (problems.length > 0) {
      return { sendingRules: null, userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    const { quietHours = null, emailSenders, smsSenders, ...switches } = input;
    const senders = { emailSenders: emailSenders ?? undefined, smsSenders: smsSenders ?? undefined };
    const { rules, problem } = await this.manage.replace(actor, { ...switches, ...senders, quietHours });
    return { sendingRules: rules, userErrors: problem ? [problem] : [] };
  }
}
