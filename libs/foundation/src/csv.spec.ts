import { csvLine } from './csv';

describe('csvLine', () => {
  it('quotes cells that hold separators, quotes or line ends', () => {
    expect(csvLine(['a', 'b,c', 'd"e', 'f\ng', null])).toBe('a,"b,c","d""e","f\ng",\r\n');
  });

  it.each(['=1+1', '+44', '-1', '@x'])('keeps a spreadsheet from running %s', (cell) => {
    expect(csvLine([cell])).toBe(`'${cell}\r\n`);
  });
});
