import { execute, type GaugeValue, prepared, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan } from 'typeorm';
import { ConnectionEntity } from './connection.entity';
