import { Entity } from 'typeorm';

export const endState = Entity;
