import { api } from '../../api/src/main';

export const worker = api;
