import { optimoveName } from '@libs/optimove-client';

export const answer = optimoveName;
