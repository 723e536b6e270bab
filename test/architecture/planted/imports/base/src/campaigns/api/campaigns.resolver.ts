import { campaignsName } from '../campaigns.service';

export class CampaignsResolver {
  name = campaignsName;
}
