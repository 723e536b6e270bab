export { campaignsName } from './campaigns.service';
