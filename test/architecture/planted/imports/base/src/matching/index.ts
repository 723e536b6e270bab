export { matchingName } from './matching.service';
