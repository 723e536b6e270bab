import { copyNames, freeCopyName } from './copy-name';

describe('the name of a copy', () => {
  it('is the first that nobody has', () => {
    expect(freeCopyName('Spring', new Set())).toBe('Copy of Spring');
    expect(freeCopyName('Spring', new Set(['Copy of Spring', 'Copy of Spring (2)']))).toBe('Copy of Spring (3)');
    expect(freeCopyName('Spring', new Set(copyNames('Spring')))).toBeNull();
  });

  it('is never longer than a name may be, nor ends with a space', () => {
    const names = copyNames(`${'x'.repeat(91)} ${'y'.repeat(8)}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => name.length <= 100 && /^\S(.*\S)?$/.test(name))).toBe(true);
  });
});
