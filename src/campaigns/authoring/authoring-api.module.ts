import { CampaignResolver } from '../api/authoring/campaign.resolver';
import { PublicationLoader } from '../api/authoring/publication.loader';
import { SnippetLoader } from '../api/authoring/snippet.loader';
import { SnippetResolver } from '../api/authoring/snippet.resolver';
import { SnippetUseLoader } from '../api/authoring/snippet-use.loader';
import { TemplateDriftResolver } from '../api/authoring/template-drift.resolver';

/** What the api host adds for writing campaigns. */
export const authoringApiProviders = [
  CampaignResolver,
  PublicationLoader,
  SnippetLoader,
  SnippetUseLoader,
  SnippetResolver,
  TemplateDriftResolver,
];
