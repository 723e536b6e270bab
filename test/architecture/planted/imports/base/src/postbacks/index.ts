export { postbacksName } from './postbacks.service';
