import { ConnectionType } from '@libs/platform';
import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { CampaignContentType } from './content.type';

@ObjectType('FrozenSnippet', { description: 'A snippet as it was when a launch froze it.' })
export class FrozenSnippetType {
  @Field({ description: 'Its name.' })
  name!: string;

  @Field({ description: 'Its text.' })
  text!: string;
}

@ObjectType('CampaignVersion', { description: 'What a launch froze. It never changes and is never deleted.' })
export class CampaignVersionType {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => ID, { description: 'The campaign, of either kind.' })
  campaignId!: string;

  @Field(() => Int, { description: '1 for the first launch of the campaign.' })
  number!: number;

  @Field(() => ID, { nullable: true, description: 'The channel it was launched on; null of a Direct campaign.' })
  channelId!: string | null;

  @Field(() => CampaignContentType, { description: 'The content.' })
  content!: CampaignContentType;

  @Field(() => [FrozenSnippetType], { description: 'The snippets that the content uses, and those inside them.' })
  snippets!: FrozenSnippetType[];

  @Field(() => String, { nullable: true, description: 'The rules of the segment as JSON; null: nobody was left out.' })
  segmentRules!: string | null;

  @Field({ description: 'When it was launched.' })
  launchedAt!: Date;

  @Field(() => String, { nullable: true, description: 'Who launched it; null where that was not written down.' })
  launchedBy!: string | null;
}

@ObjectType('CampaignVersionConnection', { description: 'A page of versions, newest first.' })
export class CampaignVersionConnection extends ConnectionType(CampaignVersionType) {}

@ObjectType('ExecutionContent', { description: 'What an execution sends for a template.' })
export class ExecutionContentType {
  @Field({ description: 'Template id in Optimove; `direct` of a Direct campaign.' })
  optimoveTemplateId!: string;

  @Field(() => CampaignVersionType, {
    nullable: true,
    description: 'The version that was live when the execution was announced; null: the template is not ours.',
  })
  version!: CampaignVersionType | null;
}
