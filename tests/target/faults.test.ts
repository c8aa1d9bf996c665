import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../apps/target/calls.ts';
import { input, mutation, startTarget, type Running, type Told } from './harness.ts';

let running: Running;
beforeEach(async () => (running = await startTarget()));
afterEach(() => running.close());

const delivered = { data: { deliver: { key: 'key-a', id: 'a', duplicate: false } } };

/** What the last call left behind: whether it took effect, and its line in the record. */
async function lastCall() {
  const { effects } = await running.summary();
  return { effects, call: (await running.calls()).at(-1) };
}

async function struck(fault: object): Promise<Told> {
  await running.fault(fault);
  return running.deliver('a', { accept: 'application/json' });
}

describe('a fault that answers', () => {
  it('status: with its default body, or with Retry-After, text and type verbatim', async () => {
    const plain = await struck({ fault: 'status', status: 503 });
    expect([plain.status, plain.body]).toEqual([503, 'Service Unavailable']);
    expect(plain.headers.get('retry-after')).toBeNull();
    const inSeconds = await struck({ fault: 'status', status: 429, retryAfter: 7 });
    expect([inSeconds.status, inSeconds.headers.get('retry-after')]).toEqual([429, '7']);
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
    const full = await struck({
      fault: 'status',
      status: 401,
      retryAfter: date,
      body: '{"errors":[]}',
      contentType: 'application/graphql-response+json',
    });
    expect([full.status, full.body, full.headers.get('retry-after')]).toEqual([401, '{"errors":[]}', date]);
    expect(full.headers.get('content-type')).toBe('application/graphql-response+json');
    expect(await lastCall()).toMatchObject({
      effects: 0,
      call: { outcome: 'fault:status', status: 401, effect: false },
    });
  });

  it('latency: waits, then delivers', async () => {
    const from = performance.now();
    expect((await struck({ fault: 'latency', ms: 150 })).json()).toEqual(delivered);
    expect(performance.now() - from).toBeGreaterThanOrEqual(149);
    expect(await lastCall()).toMatchObject({
      effects: 1,
      call: { outcome: 'fault:latency', status: 200, effect: true },
    });
  });

  it('errors: 200 with the code and without data', async () => {
    const answer = await struck({ fault: 'errors', code: 'THROTTLED', message: 'Slow down.' });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      errors: [{ message: 'Slow down.', extensions: { code: 'THROTTLED' } }],
      data: null,
    });
    expect(await lastCall()).toMatchObject({ effects: 0, call: { outcome: 'fault:errors', effect: false } });
  });

  it('partial: takes effect, and tells of an error at another path', async () => {
    const errors = [{ path: ['other'] }];
    const answer = await struck({ fault: 'partial' });
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ data: { ...delivered.data, other: null }, errors });
    await running.fault({ fault: 'partial' });
    const modern = await running.deliver('b', { accept: 'application/graphql-response+json' });
    expect(modern.status).toBe(294);
    expect(modern.json()).toMatchObject({ data: { deliver: { id: 'b' } }, errors });
    expect(await lastCall()).toMatchObject({ effects: 2, call: { outcome: 'fault:partial', effect: true } });
  });

  it('userErrors: the refusal in the payload, without effect', async () => {
    const byDefault = await struck({ fault: 'userErrors' });
    expect(byDefault.json()).toMatchObject({
      data: { deliver: { id: 'a', userErrors: [{ message: expect.any(String) }] } },
    });
    const userErrors = [{ message: 'Unknown customer.', field: ['input', 'data'], code: 'NOT_FOUND' }];
    const given = await struck({ fault: 'userErrors', userErrors });
    expect(given.json()).toEqual({ data: { deliver: { ...delivered.data.deliver, userErrors } } });
    expect(await lastCall()).toMatchObject({ effects: 0, call: { outcome: 'fault:userErrors', status: 200 } });
  });

  it('nullData: nothing delivered and no error', async () => {
    expect((await struck({ fault: 'nullData' })).json()).toEqual({ data: { deliver: null } });
    expect(await lastCall()).toMatchObject({ effects: 0, call: { outcome: 'fault:nullData', status: 200 } });
  });

  it('brokenJson: 200, and a text that ends too early', async () => {
    const answer = await struck({ fault: 'brokenJson' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(/^\{"data":\{/);
    expect(() => answer.json()).toThrow(SyntaxError);
    expect(await lastCall()).toMatchObject({ effects: 0, call: { outcome: 'fault:brokenJson', status: 200 } });
  });

  it('html: 200, and a page', async () => {
    const answer = await struck({ fault: 'html' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.body).toMatch(/^<!DOCTYPE html>/);
    expect(await lastCall()).toMatchObject({ effects: 0, call: { outcome: 'fault:html' } });
  });

  it('body: status, headers and text verbatim', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'Content-Type': 'application/problem+json' };
    const answer = await struck({ fault: 'body', status: 403, headers, body: '{"ü":1.10}' });
    expect([answer.status, answer.body]).toEqual([403, '{"ü":1.10}']);
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const short = await struck({ fault: 'body', body: '' });
    expect([short.status, short.body]).toEqual([200, '']);
    expect(await lastCall()).toMatchObject({ effects: 0, call: { outcome: 'fault:body', status: 200 } });
  });

  it.each([
    { fault: 'status', status: 500 },
    { fault: 'errors', code: 'INTERNAL_SERVER_ERROR' },
    { fault: 'nullData' },
    { fault: 'brokenJson' },
    { fault: 'html' },
    { fault: 'body', body: '' },
  ])('takes effect all the same where `commit` is true: %j', async (fault) => {
    await struck({ ...fault, commit: true });
    expect(await lastCall()).toMatchObject({ effects: 1, call: { outcome: `fault:${fault.fault}`, effect: true } });
    expect((await running.deliver('a')).json()).toMatchObject({ data: { deliver: { duplicate: true } } });
  });
});

/** A client that leaves its call once the fault has struck. */
async function leaveAt(outcome: Outcome): Promise<void> {
  const left = new AbortController();
  const call = expect(running.deliver('a', {}, left.signal)).rejects.toMatchObject({ name: 'AbortError' });
  await running.until(outcome);
  left.abort();
  await call;
}

describe('a fault of the connection', () => {
  const reset = { cause: { code: 'ECONNRESET' } };

  it('resetBefore: nothing took effect', async () => {
    await expect(struck({ fault: 'resetBefore' })).rejects.toMatchObject(reset);
    expect(await lastCall()).toMatchObject({ effects: 0, call: { outcome: 'fault:resetBefore', status: null } });
  });

  it('resetAfter: it took effect', async () => {
    await expect(struck({ fault: 'resetAfter' })).rejects.toMatchObject(reset);
    expect(await lastCall()).toMatchObject({
      effects: 1,
      call: { outcome: 'fault:resetAfter', status: null, effect: true },
    });
    expect((await running.deliver('a')).json()).toMatchObject({ data: { deliver: { duplicate: true } } });
  });

  it('slowBody: took effect, headers at once, the whole body in the time given', async () => {
    await running.fault({ fault: 'slowBody', ms: 1_000 });
    const from = performance.now();
    const body = JSON.stringify({ query: mutation, variables: { input: input('a') } });
    const response = await fetch(running.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const untilHeaders = performance.now() - from;
    expect((await lastCall()).effects).toBe(1);
    expect(await response.json()).toEqual(delivered);
    expect(performance.now() - from).toBeGreaterThanOrEqual(980);
    expect(untilHeaders).toBeLessThan(performance.now() - from - 100);
    expect(await lastCall()).toMatchObject({ call: { outcome: 'fault:slowBody', status: 200, effect: true } });
  });

  it('slowBody: stops when the client leaves', async () => {
    await running.fault({ fault: 'slowBody', ms: 600_000 });
    await leaveAt('fault:slowBody');
    expect(await lastCall()).toMatchObject({ effects: 1, call: { outcome: 'fault:slowBody', status: 200 } });
  });

  it.each([false, true])('hang: no byte until the client leaves (takes effect: %s)', async (commit) => {
    await running.fault({ fault: 'hang', commit });
    await leaveAt('fault:hang');
    expect(await lastCall()).toMatchObject({ effects: Number(commit), call: { outcome: 'fault:hang', status: null } });
  });
});
