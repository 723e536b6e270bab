import { againAfterClash } from './again-after-clash';

const failing = (times: number, code: string) => {
  let tries = 0;
  const work = async (): Promise<number> => {
    tries += 1;
    if (tries <= times) throw Object.assign(new Error('no'), { code });
    return tries;
  };
  return { work, tries: () => tries };
};

describe('work that meets others on the same rows', () => {
  it.each(['23505', '40P01'])('is done again after %s', async (code) => {
    expect(await againAfterClash(failing(3, code).work)).toBe(4);
  });

  it('is given up after five tries', async () => {
    const { work, tries } = failing(9, '40P01');
    await expect(againAfterClash(work)).rejects.toThrow('no');
    expect(tries()).toBe(5);
  });

  it('is not done again after anything else', async () => {
    const { work, tries } = failing(1, '23502');
    await expect(againAfterClash(work)).rejects.toThrow('no');
    expect(tries()).toBe(1);
  });
});
