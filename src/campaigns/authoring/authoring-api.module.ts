import { BuilderResolver } from '../api/authoring/builder.resolver';
import { CampaignResolver } from '../api/authoring/campaign.resolver';
import { CampaignLifeResolver } from '../api/authoring/campaign-life.resolver';
import { CampaignReviewResolver } from '../api/authoring/campaign-review.resolver';
import { EmailTemplateLoader } from '../api/authoring/email-template.loader';
import { EmailTemplateResolver } from '../api/authoring/email-template.resolver';
import { ExecutionContentLoader } from '../api/authoring/execution-content.loader';
import { FetchHtmlResolver } from '../api/authoring/fetch-html.resolver';
import { PublicationLoader } from '../api/authoring/publication.loader';
import { ReviewLoader } from '../api/authoring/review.loader';
import { SnippetLoader } from '../api/authoring/snippet.loader';
import { SnippetResolver } from '../api/authoring/snippet.resolver';
import { SnippetUseLoader } from '../api/authoring/snippet-use.loader';
import { TemplateDriftResolver } from '../api/authoring/template-drift.resolver';
import { DirectVersionResolver, ExecutionContentResolver, VersionResolver } from '../api/authoring/version.resolver';
import { FetchHtml } from './fetch-html';
import { OptimoveAttributes } from './optimove-attributes';

/** What the api host adds for writing campaigns. */
export const authoringApiProviders = [
  BuilderResolver,
  FetchHtml,
  FetchHtmlResolver,
  CampaignResolver,
  CampaignLifeResolver,
  CampaignReviewResolver,
  OptimoveAttributes,
  ReviewLoader,
  ExecutionContentLoader,
  ExecutionContentResolver,
  VersionResolver,
  DirectVersionResolver,
  PublicationLoader,
  SnippetLoader,
  SnippetUseLoader,
  SnippetResolver,
  EmailTemplateLoader,
  EmailTemplateResolver,
  TemplateDriftResolver,
];
