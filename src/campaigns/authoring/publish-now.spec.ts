import type { Outbox } from '@libs/platform';
import { PublishNow } from './publish-now';
import type { PublishTemplate } from './publish-template';

const ticket = { publicationId: 'p', revision: 1 };

function publishNow(run: () => Promise<void>): PublishNow {
  return new PublishNow({} as Outbox, { run } as unknown as PublishTemplate);
}

describe('PublishNow', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('waits for Optimove, but not longer than 10 seconds', async () => {
    let isAnswered = false;
    const answered = publishNow(() => new Promise<void>(() => undefined))
      .attempt([ticket])
      .then(() => {
        isAnswered = true;
      });
    await jest.advanceTimersByTimeAsync(9_999);
    expect(isAnswered).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await answered;
    expect(isAnswered).toBe(true);
  });

  it('answers as soon as Optimove did, and keeps no timer', async () => {
    await publishNow(async () => undefined).attempt([ticket]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves a failure to the publication and its job', async () => {
    await expect(publishNow(() => Promise.reject(new Error('down'))).attempt([ticket])).resolves.toBeUndefined();
  });
});
