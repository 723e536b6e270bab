import { CampaignsResolver } from './api/campaigns.resolver';

export class CampaignsApiModule {
  resolver = CampaignsResolver;
}
