import { readFile, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newKey, parseKeyFile } from '../../apps/shared/keys.ts';
import { batched, cloudEvent, startReceiver, structured, type Receiver } from './harness.ts';

const day = 86_400_000;

describe('a sender may send', () => {
  let receiver: Receiver;
  let orders: string, crmOnly: string, ended: string;
  beforeAll(async () => {
    receiver = await startReceiver({
      senders: [
        'all',
        { name: 'orders', types: ['order.*'] },
        { name: 'crm-only', targets: ['crm'] },
        { name: 'ended', expires: new Date(Date.now() - day).toISOString() },
      ],
      match: ['order.*', 'ping'],
      targets: { erp: { match: ['order.*', 'erp.*'], queue: 'http://127.0.0.1:9/000000000000/erp' } },
    });
    [, orders = '', crmOnly = '', ended = ''] = receiver.keys;
  });
  afterAll(() => receiver.close());

  const send = (key: string, type: string) =>
    receiver.post(cloudEvent(`${type}-1`, { type }), { ...structured, 'x-api-key': key });

  it('the types of its key, and no other', async () => {
    expect(await send(orders, 'ping')).toMatchObject({ status: 403, body: { code: 'forbidden', id: 'ping-1' } });
    // Nobody takes it, which is not for whoever may not send it to know.
    expect(await send(orders, 'nobody')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await send(receiver.key, 'nobody')).toMatchObject({ status: 422, body: { code: 'no_route' } });
  });

  it('to the targets of its key, and to no other that takes the type', async () => {
    const answer = await send(crmOnly, 'order.created');
    expect(answer).toMatchObject({ status: 202, body: { targets: ['crm'] } });
    expect(await send(crmOnly, 'erp.moved')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await receiver.queued()).map(({ sender }) => sender)).toEqual(['crm-only']);
  });

  it('each event of a batch by itself', async () => {
    const batch = `[${cloudEvent('1', { type: 'order.x' })},${cloudEvent('2', { type: 'ping' })}]`;
    const answer = await receiver.post(batch, { ...batched, 'x-api-key': crmOnly }, '/events/batch');
    expect(answer.status).toBe(202);
    const narrow = await receiver.post(batch, { ...batched, 'x-api-key': orders }, '/events/batch');
    // The order goes to crm, and to erp, whose queue is not there.
    expect(narrow).toMatchObject({ status: 207, body: { results: [{ status: 503 }, { status: 403 }] } });
    await receiver.queued();
  });

  it('until its key expires', async () => {
    const answer = await send(ended, 'ping');
    expect(answer).toMatchObject({ status: 401, body: { detail: expect.stringContaining('expired') } });
  });

  it('with a key that was added while the receiver runs, and never with one that was taken out', async () => {
    const file = join(receiver.folder, 'keys.json');
    const records = parseKeyFile(await readFile(file, 'utf8'));
    const added = newKey('orders', randomBytes);
    expect(await send(added.key, 'ping')).toMatchObject({ status: 401 });
    const later = [...records.filter(({ name }) => name !== 'orders'), added.record];
    await writeFile(file, JSON.stringify({ keys: later }));
    await receiver.app.logged(({ msg }) => msg === 'api_keys.read_anew');
    expect(await send(added.key, 'ping')).toMatchObject({ status: 202 });
    expect(await send(orders, 'order.x')).toMatchObject({ status: 401 });

    await writeFile(file, '{"keys": [');
    const told = await receiver.app.logged(({ msg }) => msg === 'api_keys.unusable');
    expect(told).toMatchObject({ level: 'error', fault: 'The key file is not JSON', advice: expect.anything() });
    expect(await send(added.key, 'ping')).toMatchObject({ status: 202 });
    await receiver.queued();

    const metrics = await receiver.app.metrics();
    const used = new RegExp(
      `^eventgw_api_key_last_used_timestamp_seconds\\{name="orders",id="${added.record.id}"\\} (.+)$`,
      'm',
    );
    const [, seconds] = used.exec(metrics) ?? [];
    expect(Math.abs(Number(seconds) - Date.now() / 1_000)).toBeLessThan(60);
    expect(metrics).toContain('eventgw_auth_attempts_total{method="api_key",result="expired"} 1');
  }, 30_000);
});

describe('the log', () => {
  it('names the credential that failed, and how, and shows none', async () => {
    const receiver = await startReceiver({ webhooks: () => ({}) });
    for (const [headers, result] of [
      [{ 'x-api-key': '' }, 'missing'],
      [{ 'x-api-key': receiver.key.slice(1) }, 'malformed'],
      [{ authorization: `Bearer ${newKey('x', randomBytes).key}` }, 'unknown'],
    ] as const) {
      const asked = receiver.request(
        'POST',
        '/events',
        { 'content-type': 'application/json', ...headers },
        '{"id":"x"}',
      );
      expect((await asked).status).toBe(401);
      const line = await receiver.app.logged(({ auth_result }) => auth_result === result);
      expect(line).toMatchObject({ msg: 'request.refused', outcome: 'unauthenticated', auth_method: 'api_key' });
    }
    await receiver.close();
  });
});

describe('guesses', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.close());

  it('shut nobody out, though they name the id of a key that is in use', async () => {
    const guess = () => {
      const stranger = newKey('tests', (size) =>
        size === 6 ? Buffer.from(receiver.key.slice(4, 16), 'hex') : randomBytes(size),
      );
      return receiver.post('{"id":"guess"}', { 'x-api-key': stranger.key });
    };
    for (let i = 0; i < 20; i++) {
      const answers = await Promise.all(Array.from({ length: 50 }, guess));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
      expect(await receiver.post(`{"id":"good-${i}"}`)).toMatchObject({ status: 202 });
    }
  });
});
