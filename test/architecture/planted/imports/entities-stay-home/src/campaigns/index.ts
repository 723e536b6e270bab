export { campaignsName } from './campaigns.service';
export { RecipientEntity } from './persistence/recipient.entity';
