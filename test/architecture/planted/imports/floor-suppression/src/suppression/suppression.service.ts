import { postbacksName } from '@modules/postbacks';

export const suppressionName = postbacksName;
