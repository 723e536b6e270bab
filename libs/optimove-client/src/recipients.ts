import { OptimovePagingError, OptimoveUnexpectedAnswerError } from './errors';
import type { Transport } from './transport';
import { isStorable, toWireObject, type WireObject } from './wire';

/** Which recipients to read and how. */
export interface RecipientQuery {
  campaignId: string;
  channelId: number;
  /** Real field names of the attributes wanted; none may contain `;` or `,`. */
  attributes: string[];
  /** Rows asked for per page; Optimove may give fewer. */
  pageSize: number;
  /** Where to begin; the `nextSkip` of the last page that was kept. */
  fromSkip: number;
  /** Whether a page shorter than asked for ends the list. Otherwise only an empty page does. */
  stopAtShortPage: boolean;
}

/** One customer of a campaign on a channel. */
export interface RecipientRow {
  customerId: string;
  /** The customer id as it is written, where it has blanks around it: two that differ in them alone are two customers. */
  writtenId?: string;
  templateId: string;
  /** `YYYY-MM-DD HH:MM:SS`, without a zone. */
  scheduledTime: string;
  /** Values in the order in which the attributes were asked for. */
  attributes: (string | null)[];
  /** `1` is the control group; most answers have none. */
  actionId: string | null;
}

/** A row that cannot be read, kept as it came. */
export interface MalformedRow {
  reason: string;
  raw: string;
}

/** A page of recipients. received = rows + malformed. */
export interface RecipientPage {
  skip: number;
  nextSkip: number;
  received: number;
  rows: RecipientRow[];
  malformed: MalformedRow[];
}

const path = 'customers/GetCustomerSendDetailsByChannel';
const delimiter = ';';
const longestRaw = 2_000;
const longestId = 255;
const longestValue = 65_536;

/**
 * Reads the recipients page by page, the next one only when the last has been taken. `$skip` moves on by the rows
 * received, because Optimove may give fewer than asked for.
 * @throws {OptimovePagingError} when Optimove serves the same page again. @throws {OptimoveError}
 */
export async function* recipientPages(transport: Transport, query: RecipientQuery): AsyncGenerator<RecipientPage> {
  let skip = query.fromSkip;
  let previous: string | null = null;
  for (;;) {
    const next = await nextPage(transport, query, { skip, previous });
    if (next === null) return;
    const { received, nextSkip } = next.page;
    yield next.page;
    if (query.stopAtShortPage && received < query.pageSize) return;
    previous = next.fingerprint;
    skip = nextSkip;
  }
}

/** A function of its own, so that nothing of the answer is in memory while its page is worked on; null after the last page. */
async function nextPage(
  transport: Transport,
  query: RecipientQuery,
  { skip, previous }: { skip: number; previous: string | null },
): Promise<{ page: RecipientPage; fingerprint: string } | null> {
  const answer = await fetchPage(transport, query, skip);
  if (answer.length === 0) return null;
  const fingerprint = JSON.stringify([answer.length, answer[0], answer.at(-1)]);
  if (fingerprint === previous) {
    throw new OptimovePagingError(`Optimove served the page at $skip=${skip} again: it does not page this list`);
  }
  return { page: readPage(answer, query.attributes.length, skip), fingerprint };
}

async function fetchPage(transport: Transport, query: RecipientQuery, skip: number): Promise<unknown[]> {
  const answer = await transport.call({
    lane: 'audience',
    method: 'GET',
    path,
    query: {
      CampaignID: query.campaignId,
      ChannelID: query.channelId,
      ...(query.attributes.length > 0
        ? { CustomerAttributes: query.attributes.join(delimiter), CustomerAttributesDelimiter: delimiter }
        : {}),
      $top: query.pageSize,
      $skip: skip,
    },
  });
  if (answer === null) return [];
  if (!Array.isArray(answer)) throw new OptimoveUnexpectedAnswerError(`${path} was not answered with a list`);
  return answer;
}

function readPage(answer: unknown[], attributeCount: number, skip: number): RecipientPage {
  const page: RecipientPage = {
    skip,
    nextSkip: skip + answer.length,
    received: answer.length,
    rows: [],
    malformed: [],
  };
  for (const raw of answer) {
    const row = readRow(raw, attributeCount);
    if (typeof row === 'string') page.malformed.push({ reason: row, raw: JSON.stringify(raw).slice(0, longestRaw) });
    else page.rows.push(row);
  }
  return page;
}

/** The row, or why it cannot be read. */
function readRow(raw: unknown, attributeCount: number): RecipientRow | string {
  const wire = toWireObject(raw);
  if (!wire) return 'The row is not an object';
  const customerId = wire.id('CustomerID');
  if (customerId === null) return 'CustomerID is missing';
  const templateId = wire.id('TemplateID');
  if (templateId === null) return 'TemplateID is missing';
  if (customerId.length > longestId) return `CustomerID is longer than ${longestId} characters`;
  if (templateId.length > longestId) return `TemplateID is longer than ${longestId} characters`;
  const attributes = readAttributes(wire, attributeCount);
  if (typeof attributes === 'string') return attributes;
  // One such row must not cost the whole page.
  const unfit = [customerId, templateId, ...attributes].find(
    (text) => text !== null && !isStorable(text, longestValue),
  );
  if (unfit !== undefined) return 'A value holds characters that are no text, or is too long';
  const scheduledTime = wire.text('ScheduledTime', 'ScheduleTime') ?? '';
  const row = { customerId, templateId, scheduledTime, attributes, actionId: wire.id('ActionID') };
  const writtenId = wire.writtenId('CustomerID') ?? customerId;
  return writtenId === customerId ? row : { ...row, writtenId };
}

/** Values come as an array, or from older servers as one joined text; a wrong count is an error and not a guess. */
function readAttributes(wire: WireObject, count: number): (string | null)[] | string {
  if (count === 0) return [];
  const value = wire.get('CustomerAttributes', 'CustomerAttribute');
  const values = typeof value === 'string' ? value.split(delimiter) : value;
  if (!Array.isArray(values)) return `CustomerAttributes are missing; ${count} were asked for`;
  if (values.length !== count) return `CustomerAttributes has ${values.length} values; ${count} were asked for`;
  return values.map(toText);
}

function toText(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
