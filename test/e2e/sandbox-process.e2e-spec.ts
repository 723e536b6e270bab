/** @once because the sandbox has no queue. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const script = join(__dirname, '..', '..', 'dist', 'apps', 'sandbox', 'src', 'main.js');

describe('the sandbox as a process of its own', () => {
  const children: ChildProcess[] = [];
  const start = (env: Record<string, string> = {}): ChildProcess => {
    const child = fork(script, { env: { PATH: process.env.PATH, SANDBOX_PORT: '0', ...env }, silent: true });
    children.push(child);
    return child;
  };
  const ready = async (child: ChildProcess): Promise<string> => {
    const [message] = (await once(child, 'message')) as [{ type: string; url: string }];
    expect(message.type).toBe('ready');
    return message.url;
  };

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  it('says where it is once it answers, with the far ends beside it', async () => {
    const url = await ready(start({ SANDBOX_CONTROL_KEY: 'k1' }));
    expect((await fetch(`${url}/control/endpoints`)).status).toBe(401);
    const answer = await fetch(`${url}/control/endpoints`, { headers: { 'x-control-key': 'k1' } });
    expect(await answer.json()).toMatchObject({
      fcmBaseUrl: expect.stringContaining('http'),
      smtpPort: expect.any(Number),
      smscPort: expect.any(Number),
    });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops in order at %s', async (signal) => {
    const child = start();
    await ready(child);
    const exited = once(child, 'exit');
    child.kill(signal);
    expect(await exited).toEqual([0, null]);
  });

  it('stops when its launcher is gone', async () => {
    const child = start();
    await ready(child);
    const exited = once(child, 'exit');
    child.disconnect();
    expect(await exited).toEqual([0, null]);
  });

  it.each([
    ['a port that is taken', 'taken', /in use.*SANDBOX_PORT/],
    ['a port that is none', '99999', /SANDBOX_PORT must be/],
  ])('ends with a clear message at %s', async (_what, port, message) => {
    const taken = new URL(await ready(start())).port;
    const child = start({ SANDBOX_PORT: port === 'taken' ? taken : port });
    let words = '';
    child.stderr?.on('data', (part: Buffer) => {
      words += part.toString();
    });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(words).toMatch(message);
  });
});
