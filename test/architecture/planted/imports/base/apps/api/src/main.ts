import { campaignsName } from '@modules/campaigns';
import { platformName } from '@libs/platform';

export const api = [campaignsName, platformName];
