import { match } from './match';

export const rules = () => match;
