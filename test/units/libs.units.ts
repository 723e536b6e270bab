import { units } from './units';

units('libs');
