import { optimoveName } from '@libs/optimove-client';

export const registry = optimoveName;
