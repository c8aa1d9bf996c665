import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { decode, keyOf } from '../../apps/shared/event.ts';
import { newKey } from '../../apps/shared/keys.ts';
import { startApp, type AppProcess } from '../support/process.ts';
import { held, received } from '../dispatcher/held.ts';
import { jsonLines, startDesk, type Desk } from './desk.ts';

describe('egw send', () => {
  let desk: Desk;
  let receiver: AppProcess;
  let env: Record<string, string>;
  beforeAll(async () => {
    desk = await startDesk();
    const { key, record } = newKey('operator', randomBytes);
    const file = desk.env['EGW_CONFIG'] ?? '';
    const gateway = parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(join(desk.folder, 'keys.json'), JSON.stringify({ keys: [record] }));
    await writeFile(file, stringify({ ...gateway, auth: { apiKeys: { file: 'keys.json' } } }));
    receiver = await startApp('receiver', { ...desk.env, PORT: '0', OPS_PORT: '0', HOST: '127.0.0.1' });
    env = { EGW_URL: `http://127.0.0.1:${String(receiver.listening['port'])}`, EGW_KEY: key };
  });
  afterEach(() => desk.clear());
  afterAll(async () => {
    await receiver.stop();
    await desk.close();
  });

  const queued = async () => {
    const [{ Body = '' } = {}, ...more] = await desk.queue.take(desk.queue.url);
    expect(more).toEqual([]);
    const decoded = decode(Body);
    if (!decoded.ok) throw new Error(decoded.fault);
    return decoded.event;
  };

  it('sends plain JSON from standard input, by its own id or one that is given', async () => {
    const text = '{ "id": 12345678901234567890, "price": 1.10 }';
    expect(await desk.egw(['send'], env, text)).toEqual({
      code: 0,
      stdout: 'Queued 12345678901234567890 for crm.\n',
      stderr: '',
    });
    expect(await queued()).toMatchObject({ type: 'event', sender: 'operator', data: { text } });
    const receipt = await desk.egw(['send', '-', '--id', 'e-1', '--json'], env, text);
    expect(jsonLines(receipt)).toEqual([{ id: 'e-1', status: 'queued', targets: ['crm'] }]);
    expect(await queued()).toMatchObject({ id: 'e-1', identity: 'id', data: { text } });
  });

  it('names type and source, and leaves the JSON as it is', async () => {
    const file = join(desk.folder, 'order.json');
    const text = '{"id":12345678901234567890,"price":1.10}';
    await writeFile(file, text);
    const sent = await desk.egw(['send', file, '--type', 'order.created', '--source', '/shop/%C3%BC'], env);
    expect(sent).toMatchObject({ code: 0, stderr: '' });
    expect(await queued()).toMatchObject({
      id: '12345678901234567890',
      type: 'order.created',
      source: '/shop/%C3%BC',
      data: { text },
    });
    expect(await desk.egw(['send', file, '--id', 'Größe "1"'], env)).toMatchObject({ code: 0 });
    expect(await queued()).toMatchObject({ id: 'Größe "1"', source: 'egw', data: { text } });
  });

  it('sends a CloudEvent', async () => {
    const cloudEvent = { specversion: '1.0', id: 'c-1', source: '/c', type: 'c.done', data: [1] };
    expect(await desk.egw(['send'], env, JSON.stringify(cloudEvent))).toMatchObject({ code: 0 });
    expect(await queued()).toMatchObject({ id: 'c-1', source: '/c', type: 'c.done', data: { text: '[1]' } });
    expect(await desk.egw(['send', '--id', 'other'], env, JSON.stringify(cloudEvent))).toMatchObject({
      code: 1,
      stderr: 'Standard input is a CloudEvent (it has a specversion) and says itself what it is: leave out --id.\n',
    });
  });

  it('waits for the end of a CloudEvent', async () => {
    const cloudEvent = { specversion: '1.0', id: 'w-1', source: '/w', type: 'w.done' };
    const waiting = desk.egw(['send', '--wait', '20s'], env, JSON.stringify(cloudEvent));
    let message: Awaited<ReturnType<typeof desk.queue.take>>[number] | undefined;
    while (message === undefined) [message] = await desk.queue.take(desk.queue.url);
    const decoded = decode(message.Body ?? '');
    if (!decoded.ok) throw new Error(decoded.fault);
    const [claim] = (await desk.ledger.claim([received(keyOf('cli-tests', 'crm', decoded.event), decoded)])) ?? [];
    if (claim?.kind !== 'claimed') throw new Error(`It is ${claim?.kind ?? 'gone'}`);
    await desk.ledger.complete(held(received(keyOf('cli-tests', 'crm', decoded.event), decoded), claim.owner));
    const { code, stdout } = await waiting;
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Queued w-1 for crm\.\nDelivered to crm after /),
    });
    const dead = { ...cloudEvent, id: 'w-2' };
    const dying = desk.egw(['send', '--wait', '20s'], env, JSON.stringify(dead));
    while ((await desk.depth(desk.queue.url))[0] === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await desk.bury([{ ...decoded.event, id: 'w-2' }], { class: 'refused', reason: 'no', attempts: 1 });
    expect(await dying).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Dead-lettered at crm after /) });
  });

  it('says what it waited for in vain', async () => {
    const cloudEvent = { specversion: '1.0', id: 'w-3', source: '/w', type: 'w.done' };
    expect(await desk.egw(['send', '--wait', '1s'], env, JSON.stringify(cloudEvent))).toMatchObject({
      code: 1,
      stderr: 'Not ended at crm within 1s: egw status says what holds it up.\n',
    });
    expect(await desk.egw(['send', '--wait', '1s'], env, '{"id":"plain"}')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Standard input is no CloudEvent: with --wait send one/),
    });
    const stranger = newKey('stranger', randomBytes).key;
    expect(await desk.egw(['send', '--wait', '1s'], { ...env, EGW_KEY: stranger }, '{}')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/EGW_KEY: is not in .*keys\.json/),
    });
    expect(await desk.egw(['send', '--wait', '1s'], { EGW_URL: env['EGW_URL'] ?? '' }, '{}')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/EGW_KEY: is not set: put the API key there/),
    });
    expect(await desk.egw(['send', '--wait', 'soon'], env, '{}')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--wait soon is no duration/),
    });
  });

  it.each<[string, string[], Record<string, string>, string, RegExp]>([
    [
      'a key that is not known',
      [],
      { EGW_KEY: 'egw_wrong' },
      '{"id":"1"}',
      /^Refused: This is no API key .*\(unauthenticated, 401\)\.\nCorrect EGW_KEY\./,
    ],
    ['no key', [], { EGW_KEY: '' }, '{"id":"1"}', /EGW_KEY is not set: put the API key there\./],
    ['no id', [], {}, '{}', /^Refused: The event has no id: .*\(malformed, 400\)/],
    [
      'what breaks a rule',
      [],
      {},
      '{"specversion":"1.0","id":"1"}',
      /^Refused: [^]*\n {2}\/source is missing\n {2}\/type is missing\n/,
    ],
    ['no JSON', [], {}, 'hello', /^Standard input is not JSON \(/],
    ['a list', [], {}, '[]', /^Standard input is JSON, but no object/],
    ['a file that is not there', ['nowhere.json'], {}, '', /^nowhere\.json cannot be read \(ENOENT/],
    ['too much', [], {}, `"${'a'.repeat(1_100_000)}"`, /^Standard input is larger than 1032192 bytes/],
    [
      'no receiver',
      ['--url', 'http://127.0.0.1:65535'],
      {},
      '{"id":"1"}',
      /^No receiver answers at http:\/\/127\.0\.0\.1:65535 \(ECONNREFUSED\), so the event was not sent/,
    ],
  ])('says what is wrong: %s', async (_what, args, more, input, says) => {
    const ended = await desk.egw(['send', ...args], { ...env, ...more }, input);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(says);
  });

  it('prints a refusal as JSON, and says what is misused', async () => {
    const refused = await desk.egw(['send', '--json'], env, '{}');
    expect(refused.code).toBe(1);
    expect(jsonLines(refused)).toMatchObject([{ code: 'malformed', status: 400 }]);
    expect(await desk.egw(['send', 'a', 'b'], env)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Name one file/),
    });
    expect(await desk.egw(['send', '--url', 'here'], env)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--url here is no http\(s\) URL/),
    });
  });
});
