import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { SinkMark } from '../sink/modes';

/** What the sink was given. */
export interface SinkReport {
  /** Delivery ids that were stored. */
  stored: Set<string>;
  /** Delivery ids whose request was cut or left hanging. */
  doubted: Set<string>;
  /** Delivery ids that were stored again. */
  repeatedIds: string[];
  /** Messages beyond the first to one address for one recipient. */
  repeatedAddresses: string[];
}

/** Reads the log of the sink line by line. */
export async function readSinkLog(file: string): Promise<SinkReport> {
  const report: SinkReport = { stored: new Set(), doubted: new Set(), repeatedIds: [], repeatedAddresses: [] };
  const addresses = new Set<string>();
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [mark, id = '', token = ''] = line.split('\t') as [SinkMark, string?, string?];
    if (mark === 'D' || mark === 'X') report.doubted.add(id);
    if (mark !== 'S' && mark !== 'X') continue;
    if (report.stored.has(id)) report.repeatedIds.push(id);
    report.stored.add(id);
    const address = `${id.split('.').slice(0, 2).join('.')} ${token}`;
    if (addresses.has(address)) report.repeatedAddresses.push(address);
    addresses.add(address);
  }
  return report;
}
