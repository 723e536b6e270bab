import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { CampaignTypeEnum } from './campaign.type';
import { ContentMediumEnum } from './content-medium.enum';

@ObjectType('CampaignMediumChoice', { description: 'A medium that a campaign can have content for.' })
export class MediumChoiceType {
  @Field(() => ContentMediumEnum, { description: 'The medium.' })
  medium!: string;

  @Field({ description: 'Whether the project has a provider account that would send it.' })
  hasAccount!: boolean;
}

@ObjectType('CampaignChannelChoice', { description: 'An Optimove channel under which a template can appear.' })
export class ChannelChoiceType {
  @Field(() => ID, { description: 'Its id.' })
  channelId!: string;

  @Field(() => ID, { description: 'The connection it belongs to.' })
  connectionId!: string;

  @Field({ description: 'Its name.' })
  name!: string;

  @Field(() => Int, { description: 'Optimove’s number of it.' })
  optimoveChannelId!: number;

  @Field(() => [ContentMediumEnum], { description: 'The media that it carries.' })
  media!: string[];

  @Field(() => [CampaignTypeEnum], { description: 'The types of campaigns that it can carry.' })
  types!: string[];

  @Field(() => [CampaignTypeEnum], {
    description: 'The types for which it is the only choice: a new campaign of such a type has it without asking.',
  })
  preselectedFor!: string[];
}

@ObjectType('CampaignChoices', {
  description: 'What a new campaign can be made of. Without channels only Direct campaigns make sense.',
})
export class CampaignChoicesType {
  @Field(() => [MediumChoiceType], { description: 'The media.' })
  media!: MediumChoiceType[];

  @Field(() => [ChannelChoiceType], { description: 'The channels, oldest first.' })
  channels!: ChannelChoiceType[];
}
