import { postbacksName } from '@modules/postbacks';

export const worker = postbacksName;
