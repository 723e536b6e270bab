import { OptimoveFileError } from '../errors';
import { toWireObject } from '../wire';

/** What the metadata file of an engagement says of it. */
export interface EngagementMetadata {
  engagementId: string;
  campaignId: string;
  channelId: number;
  /** An engagement has one template. */
  templateId: string;
  /** ISO 8601 with a zone. */
  scheduledTime: string;
  /** `1` is the control group. */
  actionId: string | null;
  /** Promo codes of everybody in the files, as a comma list; null without any. */
  promotions: string | null;
  /** Rows in all files together. */
  customers: number;
  files: number;
}

const mostFiles = 100_000;
const mostCustomers = 1_000_000_000;

/** Reads the metadata file. @throws {OptimoveFileError} naming the field. */
export function parseMetadata(text: string): EngagementMetadata {
  const wire = toWireObject(parse(text));
  if (!wire) throw new OptimoveFileError('The metadata file is not a JSON object');
  const id = (name: string): string => {
    const value = wire.id(name);
    if (value === null) throw new OptimoveFileError(`The metadata file has no ${name}`);
    return value;
  };
  const count = (name: string, most: number): number => {
    const value = Number(id(name));
    if (Number.isInteger(value) && value >= 0 && value <= most) return value;
    throw new OptimoveFileError(`${name} of the metadata file is not a number from 0 to ${most}`);
  };
  return {
    engagementId: id('EngagementID'),
    campaignId: id('CampaignID'),
    channelId: count('ChannelID', 2 ** 31 - 1),
    templateId: id('TemplateID'),
    scheduledTime: id('ScheduledTime'),
    actionId: wire.id('ActionID'),
    promotions: wire.text('Promotions'),
    customers: count('NumberOfCustomers', mostCustomers),
    files: count('NumberOfFiles', mostFiles),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
}
