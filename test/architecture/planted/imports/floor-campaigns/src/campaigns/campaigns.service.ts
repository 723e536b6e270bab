import { postbacksName } from '@modules/postbacks';

export const campaignsName = postbacksName;
