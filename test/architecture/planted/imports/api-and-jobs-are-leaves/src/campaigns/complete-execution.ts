import { CampaignsResolver } from './api/campaigns.resolver';

export const completed = CampaignsResolver;
