import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@libs/foundation';
import { ConnectionsService } from '@modules/connections';
import { stageCampaign } from '../../support/campaign-stage';
import { eventually } from '../../support/eventually';
import { type ContentStage, setStage } from '../content/stage';

describe('calls that were kept in a file while the database was away', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spooled-'));
  let stage: ContentStage;
  beforeAll(async () => {
    process.env.CALLBACK_SPOOL_FOLDER = folder;
    stage = await setStage();
    await stage.database.query('SELECT ensure_ledger_partitions(now())');
  }, 60_000);
  afterAll(async () => {
    await stage?.close();
    delete process.env.CALLBACK_SPOOL_FOLDER;
    rmSync(folder, { recursive: true });
  });

  /** A call of a customer who met a trigger, as a process that is gone wrote it. */
  const written = async (name: string): Promise<{ connectionId: string; line: string }> => {
    const channel = { kind: 'TRIGGERED', name: 'Xtremepush Triggered' };
    const content = { mobilePush: { title: 'Hello', body: 'Hi' } };
    const { connectionId, templateId } = await stageCampaign(stage, { name, content, channel });
    const connections = stage.app.get(ConnectionsService, { strict: false });
    const secret = (await connections.callbackUrl({ id: connectionId }, 'event-11')).split('/').at(-2) ?? '';
    const [known] = await stage.database.query<{ id: number }>(
      'SELECT optimove_channel_id AS id FROM channel WHERE connection_id = $1',
      [connectionId],
    );
    const about = { campaignID: 'c', channelID: known?.id, templateID: Number(templateId) };
    const body = { eventTypeID: 11, customerID: 'A1', ...about };
    const call = {
      ...{ callId: newId(), connectionId, secretHash: connections.callbackSecretHash(secret).toString('base64') },
      ...{ kind: 'event-11', contentType: 'application/json', isCut: false, from: '127.0.0.1' },
      receivedAt: new Date().toISOString(),
      body: Buffer.from(JSON.stringify(body)).toString('base64'),
    };
    return { connectionId, line: `${JSON.stringify(call)}\n` };
  };

  it('are taken in though one of them never can be; that one is put aside with the reason', async () => {
    const [wrong, right] = [await written('Wrong'), await written('Right')];
    await stage.database.query(
      `UPDATE connection SET callback_secret = regexp_replace(callback_secret, '^v1\\.k1\\.', 'v1.gone.') WHERE id = $1`,
      [wrong.connectionId],
    );
    for (const [id, { line }] of [wrong, right].entries())
      writeFileSync(join(folder, `callbacks~gone~999999999~~0${id}.jsonl`), line);
    const old = new Date(Date.now() - 120_000);
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), old, old);
    await eventually('the later one is taken in', async () => {
      const sql = `SELECT 1 FROM callback_journal WHERE connection_id = $1 AND outcome = 'TRIGGERED'`;
      return (await stage.database.query(sql, [right.connectionId])).length === 1;
    });
    const left = await eventually('only what was put aside is left', () => {
      const names = readdirSync(folder);
      return names.length === 1 ? names : null;
    });
    expect(left).toEqual([expect.stringMatching(/^callbacks-refused~/)]);
    const aside = JSON.parse(readFileSync(join(folder, left[0] ?? ''), 'utf8')) as Record<string, string>;
    expect(aside).toMatchObject({ ...JSON.parse(wrong.line), reason: expect.stringContaining('gone') });
  });
});
