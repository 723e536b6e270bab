import { Injectable } from '@nestjs/common';

export const clock = Injectable;
