import { deliveryName } from './index';

export const registry = deliveryName;
