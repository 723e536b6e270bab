import { rules } from './rules';

export const match = () => rules;
