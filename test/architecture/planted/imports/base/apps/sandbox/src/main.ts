import { foundationName } from '@libs/foundation';
import type { OptimoveWire } from '@libs/optimove-client';

export const answer: OptimoveWire = { name: foundationName };
