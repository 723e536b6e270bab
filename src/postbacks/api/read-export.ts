import { isUuid } from '@libs/foundation';
import { BadRequestException } from '@nestjs/common';
import type { ExportFilter } from '../domain/export-filter';

/** What a download may be narrowed by, as it stands in the address. */
export interface ExportQuery {
  batchId?: string;
  campaignId?: string;
  channelId?: string;
  /** One state, or several with commas between. */
  state?: string;
}

/** @throws {BadRequestException} naming the parameter that is wrong and what it may be. */
export function readExport(query: ExportQuery, known: readonly string[]): ExportFilter {
  const { batchId, campaignId, channelId, state } = query;
  if (batchId && !isUuid(batchId)) throw new BadRequestException('batchId must be the id of a batch');
  if (channelId && !/^\d{1,9}$/.test(channelId))
    throw new BadRequestException('channelId must be the number of a channel in Optimove');
  if (campaignId && campaignId.length > 200) throw new BadRequestException('campaignId is no campaign in Optimove');
  const states = state ? state.split(',') : null;
  if (states?.some((each) => !known.includes(each)))
    throw new BadRequestException(`state must be one of ${known.join(', ')}, or several with commas between`);
  return {
    batchId: batchId || null,
    campaignId: campaignId || null,
    channelId: channelId ? Number(channelId) : null,
    states,
  };
}
