import 'reflect-metadata';
import { PageArgsPipe } from './page-args.pipe';
import { PageArgs } from './relay';

class NarrowArgs extends PageArgs {}
class OtherArgs {}

describe('the bounds of lists', () => {
  const pipe = new PageArgsPipe();

  it.each([PageArgs, NarrowArgs])('are kept for %p', async (metatype) => {
    await expect(pipe.transform({ first: 201 }, { type: 'body', metatype })).rejects.toThrow('first');
    await expect(pipe.transform({ first: 0 }, { type: 'body', metatype })).rejects.toThrow('first');
    const fine = { first: 200 };
    expect(await pipe.transform(fine, { type: 'body', metatype })).toBe(fine);
  });

  it('are no matter of other arguments', async () => {
    expect(await pipe.transform({ first: 999 }, { type: 'body', metatype: OtherArgs })).toEqual({ first: 999 });
  });
});
