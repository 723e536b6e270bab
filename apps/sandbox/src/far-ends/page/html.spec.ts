import { html } from './html';

describe('building markup', () => {
  it('escapes every value in text and attributes', () => {
    const value = `<img src=x onerror="alert('1')"> & more`;
    const escaped = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more';
    expect(html`<p title="${value}">${value}</p>`.markup).toBe(`<p title="${escaped}">${escaped}</p>`);
  });

  it('takes markup, lists of markup, numbers and nothing as they are', () => {
    const items = ['a', 'b'].map((item) => html`<li>${item}</li>`);
    expect(html`<ol>${items}</ol>${3}${null}`.markup).toBe('<ol><li>a</li><li>b</li></ol>3');
  });
});
