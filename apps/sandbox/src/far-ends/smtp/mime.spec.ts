import { decodeWords, readableText, readPart } from './mime';

const mail = (...lines: string[]) => readPart(Buffer.from(lines.join('\r\n')));

describe('reading a mail', () => {
  it('unfolds headers and takes the first of a name', () => {
    const { headers } = mail('Subject: one', ' two', 'X-Delivery-Id: d-1', 'X-Delivery-Id: d-2', '', 'Body: none');
    expect(headers.get('subject')).toBe('one two');
    expect(headers.get('x-delivery-id')).toBe('d-1');
    expect(headers.has('body')).toBe(false);
  });

  it('decodes words of both encodings, joined ones without the space between', () => {
    expect(decodeWords('=?UTF-8?Q?Gr=C3=BC=C3=9Fe_?= =?utf-8?B?8J+OsA==?= now')).toBe('Grüße 🎰 now');
  });

  it('finds the plain text in nested parts', () => {
    const nested = mail(
      'Content-Type: multipart/mixed; boundary="outer"',
      '',
      '--outer',
      'Content-Type: multipart/alternative; boundary=inner',
      '',
      '--inner',
      'Content-Type: text/html',
      '',
      '<p>Hello</p>',
      '--inner',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Ol=E1 =',
      'mundo',
      '--inner--',
      '--outer--',
    );
    expect(readableText(nested)).toBe('Olá mundo');
  });

  it('shows a body in an unknown charset rather than nothing', () => {
    expect(readableText(mail('Content-Type: text/plain; charset=klingon', '', 'Hello'))).toBe('Hello');
  });
});
