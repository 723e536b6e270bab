import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { IsIn, IsInt, IsOptional, IsUUID, Length, Matches, Max, Min } from 'class-validator';
import { type ChannelKind, channelKinds } from '../domain/channel-kind';
import { ChannelKindEnum } from './channel.type';

const largestId = 2_147_483_647;
const longestSpread = 1_440;

@InputType({ description: 'An Optimove channel to use. Without a number it is found by its name.' })
export class AddChannelInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsUUID()
  connectionId!: string;

  @Field(() => ChannelKindEnum, { description: 'What the channel is for.' })
  @IsIn([...channelKinds])
  kind!: ChannelKind;

  @Field(() => String, { nullable: true, description: 'Its name in Optimove; the usual name of the kind when absent.' })
  @IsOptional()
  @Length(1, 200)
  @Matches(/^\S(.*\S)?$/s, { message: 'The name must not begin or end with a space' })
  name?: string | null;

  @Field(() => Int, { nullable: true, description: 'Optimove’s number of the channel, such as 506.' })
  @IsOptional()
  @IsInt()
  @Min(1, { message: 'The channel number is a positive whole number' })
  @Max(largestId)
  optimoveChannelId?: number | null;
}

@InputType({ description: 'Whose listeners to register again.' })
export class ReregisterListenerInput {
  @Field(() => ID, { description: 'Id of the channel.' })
  id!: string;
}

@InputType({ description: 'Which channel to remove.' })
export class RemoveChannelInput {
  @Field(() => ID, { description: 'Id of the channel.' })
  id!: string;
}

@InputType({ description: 'How executions of a channel are spread.' })
export class SpreadChannelInput {
  @Field(() => ID, { description: 'Id of the channel.' })
  @IsUUID()
  id!: string;

  @Field(() => Int, {
    description: 'Minutes over which the messages of one scheduled time go out, evenly; 0 sends them at once.',
  })
  @IsInt()
  @Min(0)
  @Max(longestSpread)
  minutes!: number;
}
