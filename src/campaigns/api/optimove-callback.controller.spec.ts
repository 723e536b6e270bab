import { setImmediate as turn } from 'node:timers/promises';
import { newId } from '@libs/foundation';
import { Log } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Test } from '@nestjs/testing';
import { AcceptCallback } from '../execution/accept-callback';
import { CallbackSpool } from '../execution/callback-spool';
import { OptimoveCallbackController } from './optimove-callback.controller';

describe('a callback of Optimove', () => {
  const away = Object.assign(new Error('The database is away'), { code: 'ECONNREFUSED' });
  const headers = new Map<string, string>();

  const receive = async (
    accept: (...call: unknown[]) => Promise<unknown>,
    { kind = 'event-13', body = '{}', keep = async (): Promise<void> => undefined } = {},
  ): Promise<void> => {
    const module = await Test.createTestingModule({
      controllers: [OptimoveCallbackController],
      providers: [
        { provide: AcceptCallback, useValue: { accept } },
        { provide: CallbackSpool, useValue: { keep } },
        {
          provide: ConnectionsService,
          useValue: {
            callbackSecretHash: () => 'hash',
            authenticateCallback: async () => ({ id: newId() }),
            isStranger: () => false,
          },
        },
        { provide: Log, useValue: { event: () => undefined, failure: () => undefined } },
      ],
    }).compile();
    const controller = module.get(OptimoveCallbackController);
    const path = { connectionId: newId(), secret: 'secret', kind };
    const header = (name: string, value: string): unknown => headers.set(name, value);
    const reply = { header } as unknown as Parameters<typeof controller.receive>[4];
    await controller.receive(path, 'application/json', Buffer.from(body), '127.0.0.1', reply);
  };

  it('is answered when it is committed, and not before', async () => {
    const steps: string[] = [];
    let commit = (): void => undefined;
    const committed = new Promise<object>((resolve) => {
      commit = () => resolve({ outcome: 'NOTED', reason: null, executionId: null });
    });
    const isAsked = new Promise<void>((resolve) => {
      const accept = (): Promise<object> => {
        resolve();
        return committed;
      };
      void receive(accept).then(() => steps.push('answered'));
    });
    await isAsked;
    for (let turns = 0; turns < 5; turns += 1) await turn();
    steps.push('committed');
    commit();
    await committed;
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(steps).toEqual(['committed', 'answered']);
  });

  it('is taken in and answered as any other when its body cannot be read', async () => {
    const bodies: unknown[] = [];
    const accept = async (call: unknown, parsed: unknown): Promise<object> => {
      bodies.push([String((call as { body: Buffer }).body), (parsed as { ok: boolean }).ok]);
      return { outcome: 'UNREADABLE', reason: null, executionId: null };
    };
    await receive(accept, { body: 'no JSON' });
    expect(bodies).toEqual([['no JSON', false]]);
  });

  it('is answered 503 with Retry-After when it could be neither committed nor kept', async () => {
    const fails = (): Promise<never> => Promise.reject(away);
    const call = receive(fails, { kind: 'event-11', body: '{"eventTypeID": 11, "customerID": "A1"}', keep: fails });
    await expect(call).rejects.toMatchObject({ status: 503 });
    expect(headers.get('retry-after')).toBe('5');
  });
});
