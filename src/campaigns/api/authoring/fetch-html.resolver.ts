import { Allow } from '@modules/projects';
import { Args, Field, InputType, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { IsUrl, MaxLength } from 'class-validator';
import { FetchHtml } from '../../authoring/fetch-html';
import { CampaignUserError } from './campaign.type';
import { invalidInput } from './invalid-input';

@InputType({ description: 'Where the HTML of an e-mail is.' })
export class FetchEmailHtmlInput {
  @Field({ description: 'Public address of an HTML page, https://….' })
  @IsUrl(
    { protocols: ['https', 'http'], require_protocol: true, require_tld: false },
    { message: 'Write a whole address, e.g. https://example.com/mail.html' },
  )
  @MaxLength(2_000)
  url!: string;
}

@ObjectType('FetchEmailHtmlPayload', { description: 'The HTML, or why there is none.' })
export class FetchEmailHtmlPayload {
  @Field(() => String, { nullable: true, description: 'To be put into content.email.html; null on errors.' })
  html!: string | null;

  @Field(() => [CampaignUserError], { description: 'What to mend; empty when it was fetched.' })
  userErrors!: CampaignUserError[];
}

/** E-mails that are written elsewhere. */
@Resolver()
export class FetchHtmlResolver {
  constructor(private readonly fetches: FetchHtml) {}

  @Allow('campaigns.edit')
  @Mutation(() => FetchEmailHtmlPayload, {
    description: 'Fetches the HTML of an e-mail from a public address, once; nothing is stored.',
  })
  async fetchEmailHtml(@Args('input') input: FetchEmailHtmlInput): Promise<FetchEmailHtmlPayload> {
    const problems = await invalidInput(FetchEmailHtmlInput, input);
    if (problems.length > 0) return { html: null, userErrors: problems };
    const { html, problem } = await this.fetches.run(input.url);
    return { html, userErrors: problem === null ? [] : [{ code: 'INVALID', path: ['url'], message: problem }] };
  }
}
