import { area } from './area';

area(__filename);
