import { htmlToText } from './html-to-text';

describe('htmlToText', () => {
  it('keeps words, paragraphs and where links go', () => {
    const html =
      '<html><head><style>p{}</style></head><body><h1>Hi&nbsp;you</h1>\n<p>A &amp; B<br>C</p><!-- no -->' +
      '<a href="https://example.com/x">Look</a> <a href="https://example.com">https://example.com</a></body></html>';
    expect(htmlToText(html)).toBe('Hi you\nA & B\nC\nLook (https://example.com/x) https://example.com');
  });

  it('shows escaped markup as text', () => {
    expect(htmlToText('&lt;b&gt; &#39;x&#x41; &unknown;')).toBe("<b> 'xA &unknown;");
  });
});
