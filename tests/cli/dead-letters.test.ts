import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode, keyOf } from '../../apps/shared/event.ts';
import { event } from '../dispatcher/held.ts';
import { jsonLines, names, startDesk, type Desk } from './desk.ts';

describe('egw dlq', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await startDesk();
  });
  afterEach(() => desk.clear());
  afterAll(() => desk.close());

  const letters = (count: number, kind = 'refused', type = 'order.created') =>
    Array.from({ length: count }, (_, i) => ({
      body: encode(event({ id: `${type}-${i}`, type })),
      attributes: { class: kind, reason: `no customer ${i}`, attempts: '1', target: 'crm' },
    }));
  const kept = (count: number) => expect(desk.depth(desk.queue.deadLetterUrl)).resolves.toEqual([count, 0]);

  it('lists each of 230 letters once, and gives all of them back', async () => {
    await desk.write([...letters(150), ...letters(60, 'failed', 'customer.updated')]);
    await desk.write(Array.from({ length: 20 }, (_, i) => ({ body: `no event ${i}` })));
    const all = await desk.egw(['dlq', 'list', '--json']);
    expect(all).toMatchObject({ code: 0, stderr: '230 letters at crm: 150 refused, 60 failed, 20 unknown.\n' });
    const lines = jsonLines(all);
    expect(new Set(lines.map((line) => line['message_id'])).size).toBe(230);
    expect(lines.flatMap(Object.values).filter((value) => typeof value === 'object' && value !== null)).toEqual([]);
    await kept(230);

    const failed = await desk.egw([
      'dlq',
      'list',
      'crm',
      '--class',
      'failed',
      '--type',
      'cust*.up*',
      '--source',
      '/t*',
    ]);
    expect(failed.stdout.split('\n')).toHaveLength(61);
    expect(failed.stderr).toBe('60 letters of 230 at crm: 60 failed.\n');
    const one = await desk.egw(['dlq', 'list', '--target', 'crm', '--reason', 'CUSTOMER 149', '--newer-than', '1h']);
    expect(one.stdout).toMatch(
      /^[\w-]{8} {2}\d+ ?m?s +refused {4}order\.created {2}\/tests {2}order\.created-149 {2}no customer 149\n$/,
    );
    expect(jsonLines(await desk.egw(['dlq', 'list', '--older-than', '1h', '--json']))).toEqual([]);
    const some = await desk.egw(['dlq', 'list', '--limit', '7', '--json']);
    expect(jsonLines(some)).toHaveLength(7);
    expect(some.stderr).toContain('Ended at --limit 7');
    await kept(230);
  });

  it('shows what the dispatcher wrote down, by message, event or key, with the body as it is', async () => {
    const buried = event({ id: 'order 42', data: { kind: 'json', text: '{"n":1.10,"big":12345678901234567890}' } });
    await desk.bury([buried], {
      class: 'refused',
      reason: 'the customer is gone',
      attempts: 2,
      status: 422,
      answer: '{}',
    });
    const [line = {}] = jsonLines(await desk.egw(['dlq', 'list', '--json']));
    const key = keyOf(names.instance, names.target, buried);
    for (const id of ['order 42', key, String(line['message_id']), String(line['message_id']).slice(0, 8)]) {
      const [shown] = jsonLines(await desk.egw(['dlq', 'show', id, '--json']));
      expect(shown).toMatchObject({
        key,
        class: 'refused',
        attempts: 2,
        status: 422,
        redrive: 0,
        body: encode(buried),
      });
      expect(shown).toMatchObject({ reason: 'the customer is gone', trace_id: '4bf92f3577b34da6a3ce929d0e0e4736' });
    }
    const page = await desk.egw(['dlq', 'show', 'order 42', '--target', 'crm']);
    expect(page.stdout).toContain('"data":{"n":1.10,"big":12345678901234567890}');
    expect(await desk.egw(['dlq', 'show', 'order 43'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no letter order 43 at crm: give a message id'),
    });
    await kept(1);
  });

  it('is not moved by what hostile letters hold', async () => {
    // SQS takes no escape, but the one-character introducers of the same sequences.
    await desk.write([
      { body: '\u009b2J\u009d0;owned\u007f{', attributes: { class: '\u009b31mrefused', reason: 'up\r\u009bA' } },
      { body: '{"__proto__":{"x":1},"specversion":"1.0"}', attributes: { constructor: 'y', attempts: '1e999' } },
      { body: '['.repeat(100_000) },
      { body: encode(event({ id: '\u202Eevil\u0085', type: 'a\nb' })), attributes: { class: 'malformed' } },
    ]);
    for (const args of [['list'], ['list', '--json'], ['show', '\u202Eevil\u0085'], ['redrive', '--dry-run']]) {
      const { code, stdout, stderr } = await desk.egw(['dlq', ...args]);
      expect({ args, code }).toEqual({ args, code: 0 });
      expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
    }
    await kept(4);
  });

  it('drops only after asking, and what it wrote to a file', async () => {
    await desk.write([...letters(13), ...letters(2, 'failed')]);
    expect(await desk.egw(['dlq', 'drop', '--dry-run', '--class', 'refused'])).toMatchObject({
      code: 0,
      stderr: '13 letters that match of 15 at crm (13 refused) would be dropped. Nothing was changed.\n',
    });
    expect(await desk.egw(['dlq', 'drop'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('add --yes'),
    });
    const old = join(desk.folder, 'old.jsonl');
    await writeFile(old, 'kept');
    expect(await desk.egw(['dlq', 'drop', '--yes', '--to', old])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('so nothing is dropped (EEXIST'),
    });
    await kept(15);
    expect(await readFile(old, 'utf8')).toBe('kept');

    const to = join(desk.folder, 'dropped.jsonl');
    const dropped = await desk.egw(['dlq', 'drop', 'crm', '--yes', '--to', to, '--class', 'refused', '--json']);
    expect(dropped.code).toBe(0);
    expect(jsonLines(dropped)).toEqual([
      { target: 'crm', dry_run: false, looked_at: 15, dropped: 13, not_deleted: 0, file: to, stopped: false },
    ]);
    const lines = jsonLines({ code: 0, stderr: '', stdout: await readFile(to, 'utf8') });
    expect(lines.map(({ body }) => body).toSorted()).toEqual(
      letters(13)
        .map(({ body }) => body)
        .toSorted(),
    );
    expect((await stat(to)).mode & 0o777).toBe(0o600);
    await kept(2);

    await desk.egw(['dlq', 'drop', '--yes']);
    expect((await readdir(desk.folder)).filter((name) => /^crm-dropped-.*Z\.jsonl$/.test(name))).toHaveLength(1);
    await kept(0);
  });

  it.each<[string, string[], RegExp]>([
    ['no verb', [], /^There is no command dlq: there are list, show, redrive and drop\.\n\negw dlq list/],
    ['another verb', ['purge'], /^There is no command dlq purge:/],
    ['a target that is not there', ['list', 'erp'], /^There is no target erp: .* has only crm\./],
    ['two targets', ['list', 'crm', 'erp'], /^There is one argument too many: erp\./],
    ['two names', ['list', 'crm', '--target', 'erp'], /^Name one target: there are crm and erp\./],
    ['another option', ['list', '--share', '1'], /^Unknown option '--share'\. There are --target, --json/],
    ['another class', ['list', '--class', 'dead'], /^--class dead is none: there are refused, failed/],
    ['no age', ['list', '--older-than', 'long'], /^--older-than long is no duration: write a whole number and a unit/],
    ['no share', ['redrive', '--share', '1.5'], /^--share 1\.5 is no part of the limit: write a number over 0/],
    ['no limit', ['list', '--limit', '0'], /^--limit 0 is no whole number from 1 to 100000/],
    ['no id', ['show'], /^Name the letter: dlq show ID\./],
  ])('says what is wrong: %s', async (_what, args, says) => {
    const ended = await desk.egw(['dlq', ...args]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(says);
  });

  it('says where SQS cannot be reached', async () => {
    const ended = await desk.egw(['dlq', 'list'], { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1' });
    expect(ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^SQS is not there at 127\.0\.0\.1:1 .*ECONNREFUSED/),
    });
  });
});
