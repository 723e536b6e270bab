import { CampaignResolver } from '../api/authoring/campaign.resolver';
import { PublicationLoader } from '../api/authoring/publication.loader';

/** What the api host adds for writing campaigns. */
export const authoringApiProviders = [CampaignResolver, PublicationLoader];
