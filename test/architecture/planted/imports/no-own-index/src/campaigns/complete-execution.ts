import { campaignsName } from './index';

export const completed = campaignsName;
