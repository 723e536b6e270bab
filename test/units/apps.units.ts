import { units } from './units';

units('apps');
