import { units } from './units';

units('src');
