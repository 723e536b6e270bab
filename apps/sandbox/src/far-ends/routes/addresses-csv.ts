const rowsAtOnce = 1_000;

/** The addresses as CSV with a header line, in pieces of a thousand rows so that millions stream. */
export function* addressesCsv(recipients: Iterable<{ address: string; count: number }>): Generator<string> {
  let rows = ['address,count\r\n'];
  for (const { address, count } of recipients) {
    rows.push(`${field(address)},${count}\r\n`);
    if (rows.length < rowsAtOnce) continue;
    yield rows.join('');
    rows = [];
  }
  yield rows.join('');
}

function field(value: string): string {
  return /[",\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
