export { suppressionName } from './suppression.service';
