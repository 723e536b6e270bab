import { postbacksName } from '../../../src/postbacks/postbacks.service';

export const worker = postbacksName;
