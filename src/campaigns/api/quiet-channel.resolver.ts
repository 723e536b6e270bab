import { ConnectionNotFoundError, ConnectionsService } from '@modules/connections';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Field, ID, Int, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { FindQuietChannels } from '../execution/find-quiet-channels';

@ObjectType('QuietChannel', {
  description: 'A channel on which Optimove announced less than half of what it usually has by this time of the day.',
})
export class QuietChannelType {
  @Field(() => ID, { description: 'Id of the channel.' })
  channelId!: string;

  @Field({ description: 'The day in the connection’s time zone, YYYY-MM-DD.' })
  runDate!: string;

  @Field(() => Int, { description: 'Campaigns that are announced by this time at least, on the days compared with.' })
  usual!: number;

  @Field(() => Int, { description: 'Campaigns that were announced today.' })
  announced!: number;

  @Field(() => Date, { nullable: true, description: 'When a campaign was last announced on it.' })
  lastAnnouncedAt!: Date | null;

  @Field({ description: 'What to look at.' })
  advice!: string;
}

const advice =
  'Look in Optimove whether its campaigns ran today. If they did, register the listeners of the channel again and check that PUBLIC_URL can be reached from outside; what was missed is found by the sweep and sent late.';

/** Alarms of channels. */
@Resolver()
export class QuietChannelResolver {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly finding: FindQuietChannels,
  ) {}

  @Allow('channels.view')
  @Query(() => [QuietChannelType], {
    description:
      'Channels of a connection that are quieter than usual now, compared with the same weekday of four weeks or with each of the last seven days; empty while there is nothing to compare with.',
  })
  async quietChannels(
    @CurrentActor() actor: Actor,
    @Args('connectionId', { type: () => ID }) connectionId: string,
  ): Promise<QuietChannelType[]> {
    try {
      const connection = await this.connections.get(actor.projectId, connectionId);
      return (await this.finding.of(connection)).map((quiet) => ({ ...quiet, advice }));
    } catch (error) {
      if (error instanceof ConnectionNotFoundError) return [];
      throw error;
    }
  }
}
