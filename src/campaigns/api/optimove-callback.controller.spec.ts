import { setImmediate as turn } from 'node:timers/promises';
import { newId } from '@libs/foundation';
import { Log } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Test } from '@nestjs/testing';
import { AcceptCallback } from '../execution/accept-callback';
import { OptimoveCallbackController } from './optimove-callback.controller';

describe('a callback of Optimove', () => {
  const receive = async (accept: () => Promise<unknown>): Promise<void> => {
    const module = await Test.createTestingModule({
      controllers: [OptimoveCallbackController],
      providers: [
        { provide: AcceptCallback, useValue: { accept } },
        {
          provide: ConnectionsService,
          useValue: { callbackSecretHash: () => 'hash', authenticateCallback: async () => ({ id: newId() }) },
        },
        { provide: Log, useValue: { event: () => undefined, failure: () => undefined } },
      ],
    })
      .useMocker(() => ({}))
      .compile();
    const controller = module.get(OptimoveCallbackController);
    const path = { connectionId: newId(), secret: 'secret', kind: 'event-13' };
    const reply = { header: () => undefined } as unknown as Parameters<typeof controller.receive>[4];
    await controller.receive(path, 'application/json', Buffer.from('{}'), '127.0.0.1', reply);
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
});
