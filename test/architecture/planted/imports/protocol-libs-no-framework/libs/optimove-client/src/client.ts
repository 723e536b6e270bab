import { Injectable } from '@nestjs/common';

export const client = Injectable;
