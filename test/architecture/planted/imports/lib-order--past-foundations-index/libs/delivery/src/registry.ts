import { foundationName } from '../../foundation/src/inner';

export const registry = foundationName;
