import { IdIndex } from './id-index';

describe('numbering distinct texts', () => {
  it('gives a text the number it got first', () => {
    const index = new IdIndex();
    expect(['a', 'b', 'a', '', 'b'].map((text) => index.add(text))).toEqual([0, 1, 0, 2, 1]);
    expect(index.size).toBe(3);
  });

  it('keeps apart a hundred thousand texts that differ little, and knows them again', () => {
    const index = new IdIndex();
    const texts = Array.from({ length: 100_000 }, (_, number) => `0190b7c2-7d3e-7a11-9a53.${number}.P.9c11`);
    texts.forEach((text, number) => {
      if (index.add(text) !== number) throw new Error(`Taken for another: ${text}`);
    });
    texts.forEach((text, number) => {
      if (index.add(text) !== number) throw new Error(`Not known again: ${text}`);
    });
    expect(index.size).toBe(100_000);
  });
});
