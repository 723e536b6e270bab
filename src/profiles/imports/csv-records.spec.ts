import { Readable } from 'node:stream';
import { type CsvRecord, csvRecords } from './csv-records';

async function read(pieces: (string | Buffer)[]): Promise<CsvRecord[]> {
  const records: CsvRecord[] = [];
  for await (const part of csvRecords(Readable.from(pieces.map((piece) => Buffer.from(piece as string))))) {
    records.push(...part);
  }
  return records;
}

const cellsOrReason = (record: CsvRecord): unknown => ('cells' in record ? record.cells : record.reason);

describe('records of a CSV file', () => {
  it('come whole however the file is cut into pieces', async () => {
    const file = Buffer.from('\uFEFFid,name\r\n1,"Łódź, ""the"" city"\r\n\r\n2,"two\nlines"\n3,é');
    const whole = await read([file]);
    expect(whole.map(({ line }) => line)).toEqual([1, 2, 4, 6]);
    expect(whole.map(cellsOrReason)).toEqual([
      ['id', 'name'],
      ['1', 'Łódź, "the" city'],
      ['2', 'two\nlines'],
      ['3', 'é'],
    ]);
    expect(await read([...file].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it('lose no line to a broken quote before them', async () => {
    const records = await read(['id,name\n1,"a" b\n2,x"y\n3,"open\n4,d\n5,"e"\n6,f\n']);
    expect(records.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(records.map(cellsOrReason)).toEqual([
      ['id', 'name'],
      expect.stringContaining('not valid CSV'),
      expect.stringContaining('not valid CSV'),
      expect.stringContaining('a quote is opened and not closed'),
      ['4', 'd'],
      ['5', 'e'],
      ['6', 'f'],
    ]);
  });

  it('go on after a quote that stays open for longer than a record may be', async () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => `${index},x`);
    const records = await read([`id,name\nopen,"b\n${lines.join('\n')}\n`]);
    expect(records).toHaveLength(40_002);
    expect(records.filter((record) => 'reason' in record)).toEqual([
      { line: 2, raw: 'open,"b', reason: expect.stringContaining('not closed') },
    ]);
  });

  it('refuse a line that is too long without holding it', async () => {
    const records = await read(['id\n', ...Array.from({ length: 50 }, () => 'x'.repeat(10_000)), '\n2\n']);
    expect(records.map(cellsOrReason)).toEqual([['id'], expect.stringContaining('longer than 65536'), ['2']]);
  });

  it('are none in an empty file', async () => {
    expect(await read([])).toEqual([]);
  });
});
