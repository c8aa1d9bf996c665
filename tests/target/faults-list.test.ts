import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { input, mutation, raw, startTarget, type Running } from './harness.ts';

let running: Running;
beforeEach(async () => (running = await startTarget()));
afterEach(() => running.close());

describe('the list of faults', () => {
  it('is applied in order, each as often as it says, null until it is deleted', async () => {
    await running.fault(
      { fault: 'status', status: 500 },
      { fault: 'status', status: 502, times: 2 },
      { fault: 'status', status: 503, times: null },
    );
    const statuses = [];
    for (let n = 0; n < 6; n++) statuses.push((await running.deliver('a')).status);
    expect(statuses).toEqual([500, 502, 502, 503, 503, 503]);
    expect((await running.admin('GET', '/faults')).json()).toMatchObject([
      { fault: 'status', status: 503, times: null },
    ]);
    await running.admin('DELETE', '/faults');
    expect((await running.admin('GET', '/faults')).json()).toEqual([]);
    expect((await running.deliver('a')).json()).toHaveProperty('data');
    expect(await running.summary()).toMatchObject({ calls: 7, worst_window: expect.any(Number), effects: 1 });
  });

  it('tells how often each still strikes', async () => {
    await running.fault({ fault: 'html', times: 3 });
    await running.deliver('a');
    expect((await running.admin('GET', '/faults')).json()).toMatchObject([{ fault: 'html', times: 2 }]);
  });

  it('strikes each third call where it says so, of those that it matches', async () => {
    await running.fault({ fault: 'status', status: 500, every: 3, times: null, match: { idPrefix: 'a' } });
    const statuses = [];
    for (const id of ['a1', 'b', 'a2', 'a3', 'b', 'a4', 'a5', 'a6']) statuses.push((await running.deliver(id)).status);
    expect(statuses).toEqual([200, 200, 200, 500, 200, 200, 200, 500]);
  });

  it('strikes only what its match names', async () => {
    await running.fault(
      { fault: 'status', status: 500, match: { id: 'b' } },
      { fault: 'status', status: 501, match: { idPrefix: 'ord-' } },
      { fault: 'status', status: 502, match: { type: 'u' } },
      { fault: 'status', status: 504, match: { type: 't', id: 'never' } },
    );
    expect((await running.query('{ __typename }')).status).toBe(200);
    expect((await running.deliver('a')).status).toBe(200);
    expect((await running.deliver('ord-7')).status).toBe(501);
    expect((await running.deliver('b')).status).toBe(500);
    expect((await running.query(mutation, { input: input('c', { type: 'u' }) })).status).toBe(502);
    expect((await running.deliver('b')).status).toBe(200);
    expect((await running.admin('GET', '/faults')).json()).toHaveLength(1);
  });

  it('without match strikes probes, and never what is no GraphQL request', async () => {
    await running.fault({ fault: 'status', status: 503, times: 1 });
    expect((await running.post('NONSENSE')).status).toBe(400);
    expect((await fetch(running.url)).status).toBe(405);
    expect((await running.query('{ __typename }')).status).toBe(503);
    expect((await running.query('{ __typename }')).status).toBe(200);
  });

  it('takes a single fault without a list', async () => {
    expect((await running.admin('POST', '/faults', { fault: 'html' })).status).toBe(201);
    expect((await running.deliver('a')).body).toMatch(/^<!DOCTYPE/);
  });

  it('takes all of a list or none, and names everything that is wrong', async () => {
    const answer = await running.admin('POST', '/faults', [
      { fault: 'html' },
      { fault: 'meteor' },
      { fault: 'status', status: 200 },
      { fault: 'latency', ms: -1, often: true },
      { fault: 'body', body: '', headers: { 'bad name': 'x', 'x-bad': 'a\r\nb' } },
      { fault: 'status', status: 503, retryAfter: 'a\nb', times: 0 },
      7,
    ]);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const { errors } = answer.json() as { errors: { path: string; message: string }[] };
    expect(errors.map(({ path }) => path).sort()).toEqual([
      '/1/fault',
      '/2/status',
      '/3',
      '/3/ms',
      '/4/headers/bad name',
      '/4/headers/x-bad',
      '/5/retryAfter',
      '/5/times',
      '/6',
    ]);
    expect(errors.find(({ path }) => path === '/1/fault')?.message).toMatch(/resetBefore.*"meteor"/);
    expect((await running.admin('GET', '/faults')).json()).toEqual([]);
  });

  it('holds a thousand and says so beyond', async () => {
    await running.fault(...Array.from({ length: 1_000 }, () => ({ fault: 'html' })));
    const answer = await running.admin('POST', '/faults', { fault: 'html' });
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('1000')]);
  });

  it('gives a faulted call its place in the limit', async () => {
    await running.admin('PUT', '/limit', { calls: 2, perMs: 60_000 });
    await running.fault({ fault: 'resetBefore' }, { fault: 'hang' });
    await expect(running.deliver('a')).rejects.toThrow();
    const left = new AbortController();
    const hanging = running.deliver('a', {}, left.signal);
    await running.until('fault:hang');
    left.abort();
    await expect(hanging).rejects.toThrow();
    expect((await running.deliver('a')).status).toBe(429);
  });

  it('resets the connection of the call it strikes and no other', async () => {
    await running.fault({ fault: 'resetBefore', match: { id: 'b' } });
    const [a, b] = await Promise.allSettled([running.deliver('a'), running.deliver('b')]);
    expect([a.status, b.status]).toEqual(['fulfilled', 'rejected']);
  });

  it('answers `body` to the byte, where no client tidies up', async () => {
    await running.fault({
      fault: 'body',
      status: 502,
      headers: { 'Content-Length': '3', 'X-Made': 'up' },
      body: 'abc',
    });
    const request = '{"query":"{ __typename }"}';
    const answer = await raw(
      running.port,
      `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${request.length}\r\n\r\n${request}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(answer.match(/content-length/gi)).toHaveLength(1);
    expect(answer.endsWith('\r\n\r\nabc')).toBe(true);
  });
});
