import { formatDuration, Progress } from './progress';

describe('the progress', () => {
  const written: string[] = [];
  const screen = { isTTY: false, write: (text: string) => written.push(text) };
  beforeEach(() => written.splice(0));

  it('writes one line for each finished step where there is no terminal', async () => {
    const progress = new Progress(screen);

    await progress.step('Database', async () => undefined);

    expect(written).toEqual([expect.stringMatching(/^✓ Database 0\.\d s\n$/)]);
  });

  it('marks the step that failed and passes its error on', async () => {
    const progress = new Progress(screen);

    const failing = progress.step('Database', () => Promise.reject(new Error('no room')));

    await expect(failing).rejects.toThrow('no room');
    expect(written).toEqual(['✗ Database\n']);
  });

  it('shows on a terminal what is running and clears it before the next line', async () => {
    const progress = new Progress({ ...screen, isTTY: true });

    await progress.step('Database', async () => progress.line('first line'));

    expect(written[0]).toContain('Database');
    expect(written.join('')).toContain('\r\x1b[Kfirst line\n');
  });

  it.each([
    [400, '0.4 s'],
    [185_000, '3 min 5 s'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
