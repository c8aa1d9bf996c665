import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createBoundedLog, type Entry } from '../../apps/target/bounded.ts';
import { handClock, input, mutation, startTarget, type Running } from './harness.ts';

let running: Running;
beforeEach(async () => (running = await startTarget()));
afterEach(() => running.close());

/** A call whose input is this very text. */
const sending = (text: string) => running.post(`{"query":${JSON.stringify(mutation)},"variables":{"input":${text}}}`);

const base = '"source":"s","time":"now","brand":"b"';

describe('the record', () => {
  it.each([
    [
      'numbers that JavaScript cannot hold',
      `{"key":"k","id":"i","type":"t",${base},"data":[12345678901234567890,1.10,1e400,-0,1E+2]}`,
    ],
    ['spaces and order', `{ "type" : "t",\n\t"id":"i",${base}, "key":"k","data" : { "b":1 , "a":[ ] } }`],
    ['escapes, as escapes', String.raw`{"key":"k","id":"\u0069","type":"t",${base},"data":"\ud83d\ude00 \/ \ud800"}`],
    ['characters beyond the basic plane', `{"key":"k","id":"i","type":"t",${base},"data":"😀 \u{10ffff} \uffff"}`],
    [
      'names that stand twice, and __proto__',
      `{"key":"j","key":"k","id":"i","type":"t",${base},"data":{"__proto__":1,"a":1,"a":2}}`,
    ],
  ])('keeps the source text of the input: %s', async (_, text) => {
    expect((await sending(text)).status).toBe(200);
    expect(await running.calls()).toMatchObject([{ input: text, key: 'k', id: 'i', type: 't', outcome: 'delivered' }]);
    expect(await running.effects()).toEqual([{ seq: 1, call: 1, key: 'k', id: 'i', type: 't', input: text }]);
  });

  it('keeps an identity that came as a number digit by digit', async () => {
    await sending(`{"key":"k","id":12345678901234567890,"type":"t",${base}}`);
    expect(await running.calls()).toMatchObject([{ id: '12345678901234567890' }]);
  });

  it('keeps what was refused, too', async () => {
    const text = `{"key":"k","id":"i","type":"t","data":1.10}`;
    expect((await sending(text)).status).toBe(422);
    expect(await running.calls()).toMatchObject([
      { input: text, id: 'i', outcome: 'invalid', status: 422, effect: false },
    ]);
    expect(await running.effects()).toEqual([]);
  });

  it('has no input where there is none', async () => {
    await running.query('{ __typename }');
    await running.query('{ __typename }', { input: 7 });
    await running.post('{"query":"{ __typename }","variables":null}');
    const none = { key: null, id: null, type: null, status: 200, outcome: 'answered' };
    expect(await running.calls()).toMatchObject([
      { ...none, input: null },
      { ...none, input: '7' },
      { ...none, input: null },
    ]);
  });

  it('carries published webhook payloads as they were sent', async () => {
    const file = new URL(import.meta.resolve('@octokit/webhooks-examples'));
    const webhooks = JSON.parse(readFileSync(file, 'utf8')) as { name: string; examples: unknown[] }[];
    const texts = webhooks.map(({ name, examples }) =>
      JSON.stringify(input(name, { data: examples[0] }), undefined, 2),
    );
    expect(texts.length).toBeGreaterThan(40);
    for (const text of texts) expect((await sending(text)).status).toBe(200);
    expect((await running.effects()).map((effect) => effect.input)).toEqual(texts);
  });

  it('tells when a call came, what it carried in its headers, and what became of it', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const from = Date.now();
    await running.deliver('a', { 'idempotency-key': 'key-a', traceparent });
    await running.deliver('b');
    const calls = await running.calls();
    expect(calls[0]).toMatchObject({ seq: 1, idempotency_key: 'key-a', traceparent, status: 200, effect: true });
    expect(calls[1]).toMatchObject({ seq: 2, idempotency_key: null, traceparent: null });
    const [first, second] = calls.map(({ arrival, time }) => ({ arrival, wall: Date.parse(time) }));
    expect(second?.arrival).toBeGreaterThan(first?.arrival ?? Infinity);
    expect(first?.wall).toBeGreaterThanOrEqual(from - 1);
    expect(second?.wall).toBeLessThanOrEqual(Date.now());
    expect(calls[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('shows a call that is not answered yet as pending', async () => {
    await running.close();
    running = await startTarget({ latencyMs: 60_000 });
    const left = new AbortController();
    const call = running.deliver('a', {}, left.signal);
    await running.until('pending');
    expect(await running.calls()).toMatchObject([{ outcome: 'pending', status: null, effect: false }]);
    left.abort();
    await expect(call).rejects.toThrow();
  });

  it('is read in pages', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await running.deliver(id);
    const ids = async (parameters: string) => (await running.calls(parameters)).map(({ seq, id }) => `${seq}${id}`);
    expect(await ids('?limit=3')).toEqual(['1a', '2b', '3c']);
    expect(await ids('?after=3&limit=3')).toEqual(['4d']);
    expect(await ids('?after=4')).toEqual([]);
    expect((await running.effects('?after=2&limit=1')).map(({ id }) => id)).toEqual(['c']);
    for (const faulty of ['?after=-1', '?limit=0', '?limit=10001', '?after=x', '?before=1'])
      expect((await running.admin('GET', `/calls${faulty}`)).status).toBe(400);
  });

  it('is empty after a reset, which also ends faults and leaves the limit', async () => {
    await running.admin('PUT', '/limit', { calls: 1, perMs: 60_000 });
    await running.deliver('a');
    await running.fault({ fault: 'html' });
    expect((await running.admin('POST', '/reset')).status).toBe(200);
    const empty = { calls: 0, effects: 0, duplicates: 0, violations: 0, limit: 1, per_ms: 60_000, worst_window: 0 };
    const unmeasured = { utilisation: null, first_arrival: null, last_arrival: null, in_last_window: 0 };
    expect(await running.summary()).toEqual({ ...empty, ...unmeasured });
    expect([await running.calls(), await running.effects()]).toEqual([[], []]);
    expect((await running.deliver('a')).json()).toMatchObject({ data: { deliver: { duplicate: false } } });
    expect(await running.calls()).toMatchObject([{ seq: 1 }]);
  });

  it('is not entered by a call that was under way at the reset', async () => {
    await running.close();
    running = await startTarget({ latencyMs: 500 });
    const call = running.deliver('a');
    await running.until('pending');
    await running.admin('POST', '/reset');
    expect((await call).status).toBe(200);
    expect(await running.summary()).toMatchObject({ calls: 0, effects: 0 });
  });
});

describe('the summary', () => {
  it('has the known answers', async () => {
    await running.close();
    const { clock, set } = handClock();
    running = await startTarget({ clock, limit: { calls: 4, perMs: 1_000 } });
    const at = [100, 600, 1_099.5, 1_100, 1_500, 3_100];
    for (const [n, moment] of at.entries()) {
      set(moment);
      await running.deliver(`e${n}`);
      if (n === 0) expect((await running.summary()).utilisation).toBeNull();
    }
    set(4_099);
    // The fullest half-open second is [600, 1600) with four; [100, 1100) has three, as 1100 is outside.
    // Six calls in 3 s at 4 a second: five after the first, of twelve.
    expect(await running.summary()).toEqual({
      calls: 6,
      effects: 6,
      duplicates: 0,
      violations: 0,
      limit: 4,
      per_ms: 1_000,
      worst_window: 4,
      utilisation: 5 / 12,
      first_arrival: 100,
      last_arrival: 3_100,
      in_last_window: 1,
    });
    set(4_100);
    expect((await running.summary()).in_last_window).toBe(0);
  });

  it('has no utilisation where all calls came at once', async () => {
    await running.close();
    running = await startTarget({ clock: handClock().clock });
    await running.deliver('a');
    await running.deliver('b');
    expect(await running.summary()).toMatchObject({ calls: 2, utilisation: null, worst_window: 2 });
  });
});

describe('a bounded log', () => {
  const add = (log: ReturnType<typeof createBoundedLog<Entry>>, text: string | null) =>
    log.add((seq) => ({ seq, input: text }));

  it('forgets the oldest of more than 200,000 entries and keeps their number', () => {
    const log = createBoundedLog<Entry>();
    for (let n = 0; n < 203_000; n++) add(log, null);
    expect(log.total).toBe(203_000);
    expect(log.page(0, 2).map(({ seq }) => seq)).toEqual([3_001, 3_002]);
    expect(log.page(202_999, 5).map(({ seq }) => seq)).toEqual([203_000]);
    expect([...log.entries()]).toHaveLength(200_000);
  });

  it('forgets the oldest where their text is long, and cuts pages there', () => {
    const log = createBoundedLog<Entry>();
    const mebi = 'x'.repeat(2 ** 20);
    const first = add(log, null);
    for (let n = 0; n < 130; n++) add(log, mebi);
    expect([...log.entries()]).toHaveLength(128);
    expect(log.page(0, 1_000).map(({ seq }) => seq)).toEqual(Array.from({ length: 16 }, (_, n) => n + 4));
    log.attach(first, mebi);
    expect(first.input).toBeNull();
    expect([...log.entries()]).toHaveLength(128);
  });

  it('shows an entry that is longer than a page', () => {
    const log = createBoundedLog<Entry>();
    const entry = add(log, null);
    log.attach(entry, 'x'.repeat(17 * 2 ** 20));
    expect(log.page(0, 10)).toEqual([entry]);
  });
});
