import { migrations } from '../../migrations';

export const projectsName = migrations;
