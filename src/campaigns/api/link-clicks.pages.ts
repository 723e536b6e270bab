import { type Page, type PageArgs, toPage } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import {
  type LinkClicks,
  type LinkPosition,
  MediumFunnelRepository,
  type SummedKind,
} from '../persistence/ledger/medium-funnel.repository';
import type { LinkClicksType } from './medium-funnel.type';
import { readCursor } from './read-cursor';

const cursor = /^[A-Z_]+ \d{1,9} \S{1,20}$/;

/** Pages of links with their clicks. */
@Injectable()
export class LinkClicksPages {
  constructor(private readonly funnels: MediumFunnelRepository) {}

  /** @throws {BadRequestException} for a cursor of another list. */
  async page(
    projectId: string,
    { kind, id }: { kind: SummedKind; id: string },
    { first, after }: PageArgs,
  ): Promise<Page<LinkClicksType>> {
    const rows = await this.funnels.links(projectId, kind, { id, after: positionOf(after), limit: first + 1 });
    const cursorOf = (row: LinkClicks): string => `${row.medium} ${row.position} ${row.id}`;
    return toPage(rows, { first, cursorOf, map: toLinkClicks });
  }
}

function positionOf(after: string | null | undefined): LinkPosition | null {
  const text = readCursor(after, (each) => cursor.test(each));
  if (text === null) return null;
  const [medium = '', position, id = ''] = text.split(' ');
  return { medium, position: Number(position), id };
}

function toLinkClicks({ medium, position, link, clicked, clicks, machineClicks }: LinkClicks): LinkClicksType {
  return { medium, position: link === null ? null : position, link, clicked, clicks, machineClicks };
}
