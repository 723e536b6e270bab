import { SmppPeer } from '../../../../../test/integration/delivery/smpp-peer';
import { eventually } from '../../../../../test/support/eventually';
import { SmppSession } from './smpp-session';

describe('an SMPP session whose SMS centre falls silent', () => {
  let peer: SmppPeer;
  let session: SmppSession | undefined;

  beforeEach(async () => {
    peer = new SmppPeer();
    await peer.start();
  });

  afterEach(async () => {
    await session?.close();
    await peer.stop();
  });

  function open(times: { answerMs: number; enquireEveryMs: number }): SmppSession {
    const { port, password } = peer;
    session = new SmppSession({
      access: { host: '127.0.0.1', port, isTls: false, systemId: 'app', password, systemType: '' },
      times: { connectMs: 1_000, closeMs: 100, ...times },
      windowSize: 10,
      assertHost: async () => undefined,
      onReceipts: async () => undefined,
      onTexts: undefined,
      unknownNumber: new Set(['1']),
      countryCode: '',
      replies: { STOP: '', START: '', HELP: '' },
    });
    return session;
  }

  it('is uncertain about a message that got no answer in time, and sends it once', async () => {
    peer.reply = () => 'silent';
    const message = { deliveryId: 'd1', to: '353861000000', from: 'CASINO', text: 'Hello' };
    const results = await open({ answerMs: 50, enquireEveryMs: 60_000 }).sendBatch([message], {
      mayWrite: () => true,
      isUrgent: false,
    });
    expect(results).toMatchObject([{ outcome: 'UNCERTAIN', deliveryId: 'd1', reason: 'NO_ANSWER' }]);
    expect(peer.arrived).toHaveLength(1);
  });

  it('keeps a quiet connection alive', async () => {
    open({ answerMs: 1_000, enquireEveryMs: 20 });
    await eventually('it was enquired three times', () => peer.enquiries >= 3);
    expect(peer.binds).toBe(1);
  });

  it('drops a connection on which nobody answers, and binds again', async () => {
    peer.isAnsweringEnquiries = false;
    open({ answerMs: 50, enquireEveryMs: 20 });
    await eventually('it is bound again', () => peer.binds >= 2);
  });
});
