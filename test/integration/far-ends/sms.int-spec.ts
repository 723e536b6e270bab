import { createSandbox } from '../../../apps/sandbox/src/create-sandbox';
import { type FarEnds, startFarEnds } from '../../../apps/sandbox/src/far-ends';
import { eventually } from '../../support/eventually';
import { SmsClient } from './sms-client';

describe('the SMSC far end', () => {
  let farEnds: FarEnds;
  const clients: SmsClient[] = [];

  beforeEach(async () => {
    farEnds = await startFarEnds();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await farEnds.close();
  });

  const texts = () => farEnds.inbox.report().sms;

  const bound = async (command?: string) => {
    const client = await SmsClient.bound(farEnds.endpoints, command);
    clients.push(client);
    return client;
  };

  const unbound = async () => {
    const client = await SmsClient.connect(farEnds.endpoints);
    clients.push(client);
    return client;
  };

  it('accepts a text and shows it', async () => {
    const client = await bound();
    const answer = await client.ask('submit_sm', {
      source_addr: 'Casino',
      destination_addr: '447700900001',
      short_message: 'Win €100 [today]',
    });
    expect(answer.command_status).toBe(0);
    expect(answer.message_id).toMatch(/^[0-9a-f]{16}$/);
    expect(texts()).toMatchObject({ received: 1, unique: 1, duplicates: 0, recipients: 1 });
    expect(texts().last[0]).toMatchObject({
      from: 'Casino',
      to: '447700900001',
      text: 'Win €100 [today]',
      parts: 1,
      encoding: 'GSM-7',
      messageId: answer.message_id,
    });
  });

  it('reads UCS-2', async () => {
    const client = await bound('bind_transmitter');
    await client.ask('submit_sm', { destination_addr: '447700900001', data_coding: 8, short_message: 'Γεια 🎰' });
    expect(texts().last[0]).toMatchObject({ text: 'Γεια 🎰', encoding: 'UCS-2' });
  });

  it('joins the parts of a long text in whatever order they come', async () => {
    const client = await bound();
    const part = (number: number, message: string) =>
      client.ask('submit_sm', {
        source_addr: 'Casino',
        destination_addr: '447700900001',
        short_message: { udh: Buffer.from([5, 0, 3, 0x7a, 3, number]), message },
      });
    await part(3, 'three.');
    await part(1, 'One, ');
    expect(texts().received).toBe(0);
    await part(2, 'two, ');
    expect(texts()).toMatchObject({ received: 1, unique: 1, recipients: 1 });
    expect(texts().last[0]).toMatchObject({ text: 'One, two, three.', parts: 3 });
  });

  it('joins parts named by a 16-bit reference or by sar parameters', async () => {
    const client = await bound();
    const to = { destination_addr: '447700900001' };
    const wide = (number: number) => Buffer.from([6, 8, 4, 1, 2, 2, number]);
    const sar = (number: number) => ({ sar_msg_ref_num: 9, sar_total_segments: 2, sar_segment_seqnum: number });
    await client.ask('submit_sm', { ...to, short_message: { udh: wide(1), message: 'wide ' } });
    await client.ask('submit_sm', { ...to, short_message: { udh: wide(2), message: 'header' } });
    await client.ask('submit_sm', { ...to, ...sar(1), short_message: 'sar ' });
    await client.ask('submit_sm', { ...to, ...sar(2), short_message: 'parameters' });
    expect(texts().last.map(({ text }) => text)).toEqual(['sar parameters', 'wide header']);
  });

  it.each([
    ['447700900001', 'DELIVRD', '001'],
    ['447700900000', 'UNDELIV', '000'],
  ])('reports the end of a text to %s as %s', async (to, state, delivered) => {
    const client = await bound();
    const answer = await client.ask('submit_sm', {
      source_addr: 'Casino',
      destination_addr: to,
      registered_delivery: 1,
      short_message: 'Hello',
    });
    const receipt = await eventually('a receipt', () => client.receipts[0]);
    expect(receipt.source_addr).toBe(to);
    expect(receipt.short_message?.message).toMatch(
      new RegExp(
        `^id:${answer.message_id} sub:001 dlvrd:${delivered} submit date:\\d{10} done date:\\d{10} stat:${state} err:\\d{3} text:Hello$`,
      ),
    );
    expect(receipt.receipted_message_id).toBe(answer.message_id);
  });

  it('reports failures only where only failures are asked for', async () => {
    const client = await bound();
    const send = (destination_addr: string) =>
      client.ask('submit_sm', { destination_addr, registered_delivery: 2, short_message: 'Hello' });
    await send('447700900001');
    await send('447700900000');
    const receipt = await eventually('a receipt', () => client.receipts[0]);
    expect(receipt.source_addr).toBe('447700900000');
  });

  it('reports to a receiver what a transmitter sent', async () => {
    const receiver = await bound('bind_receiver');
    const transmitter = await bound('bind_transmitter');
    const text = { destination_addr: '447700900001', registered_delivery: 1, short_message: 'Hello' };
    await transmitter.ask('submit_sm', text);
    await eventually('a receipt', () => receiver.receipts[0]);
    expect(transmitter.receipts).toEqual([]);
    expect((await receiver.ask('submit_sm', text)).command_status).toBe(0x04);
  });

  it('passes a text of a person on until a client has taken it', async () => {
    const [forgetful, careful] = [await bound(), await bound()];
    forgetful.onDeliver = () => forgetful.close();
    const sandbox = await createSandbox({ farEnds });
    const say = async (): Promise<number> =>
      (
        await fetch(`${sandbox.url}/control/far-ends/sms/texts`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ from: '447700900001', to: '447700900000', text: 'STOP' }),
        })
      ).status;
    expect(await say()).toBe(202);
    expect([forgetful, careful].map(({ receipts }) => receipts.length)).toEqual([1, 1]);
    careful.close();
    await eventually('nobody is bound', async () => (await say()) === 409);
    await sandbox.close();
  });

  it.each([
    ['an unknown system', { system_id: 'nobody' }, 0x0f],
    ['a wrong password', { password: 'wrong' }, 0x0e],
  ])('binds no client with %s', async (_, change, status) => {
    const client = await unbound();
    const { smscSystemId: system_id, smscPassword: password } = farEnds.endpoints;
    const answer = await client.ask('bind_transceiver', { system_id, password, ...change });
    expect(answer.command_status).toBe(status);
    const refused = await client.ask('submit_sm', { destination_addr: '447700900001', short_message: 'Hello' });
    expect(refused.command_status).toBe(0x04);
  });

  it('answers keep-alives, refuses what it does not offer, and unbinds', async () => {
    const client = await bound();
    expect((await client.ask('enquire_link')).command_status).toBe(0);
    expect((await client.ask('query_sm', { message_id: '1' })).command_status).toBe(0x03);
    expect((await client.ask('unbind')).command_status).toBe(0);
    await eventually('the connection to end', () => client.closed);
  });
});
