import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GraphQLClient } from 'graphql-request';
import { input, mutation, raw, startTarget, type Running } from './harness.ts';

let running: Running;
beforeEach(async () => (running = await startTarget()));
afterEach(() => running.close());

const delivered = (id: string, duplicate: boolean) => ({ data: { deliver: { key: `key-${id}`, id, duplicate } } });

describe('a target that knows no keys', () => {
  it('lets each delivery take effect, and tells nobody of the earlier one', async () => {
    const keyless = await startTarget({ honoursKeys: false });
    try {
      for (let times = 0; times < 2; times++)
        expect((await keyless.deliver('a')).json()).toMatchObject({ data: { deliver: { duplicate: false } } });
      expect(await keyless.summary()).toMatchObject({ calls: 2, effects: 2, duplicates: 1 });
    } finally {
      await keyless.close();
    }
  });
});

describe('deliver', () => {
  it('takes effect once for each key', async () => {
    expect((await running.deliver('a')).json()).toEqual(delivered('a', false));
    expect((await running.deliver('a')).json()).toEqual(delivered('a', true));
    expect((await running.deliver('b')).json()).toEqual(delivered('b', false));
    expect((await running.deliver('a')).json()).toEqual(delivered('a', true));
    expect(await running.summary()).toMatchObject({ calls: 4, effects: 2, duplicates: 2, violations: 0 });
    expect((await running.calls()).map(({ outcome, effect }) => [outcome, effect])).toEqual([
      ['delivered', true],
      ['duplicate', false],
      ['delivered', true],
      ['duplicate', false],
    ]);
  });

  it('takes effect once when the same key is delivered many times at the same moment', async () => {
    await running.close();
    running = await startTarget({ latencyMs: 20 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => running.deliver('a')));
    const said = answers.map((answer) => answer.body).sort();
    expect(said.filter((body) => body === JSON.stringify(delivered('a', false)))).toHaveLength(1);
    expect(await running.summary()).toMatchObject({ effects: 1, duplicates: 19 });
  });

  it('counts every delivery of a batch of aliases', async () => {
    const answer = await running.query(
      'mutation ($i0: EventInput!, $i1: EventInput!) { e0: deliver(input: $i0) { id } e1: deliver(input: $i1) { id } }',
      { i0: input('a'), i1: input('b') },
    );
    expect(answer.json()).toEqual({ data: { e0: { id: 'a' }, e1: { id: 'b' } } });
    expect(await running.summary()).toMatchObject({ calls: 1, effects: 2 });
  });

  it('takes effect although the client has left, and says that nobody got the answer', async () => {
    await running.close();
    running = await startTarget({ latencyMs: 500 });
    const left = new AbortController();
    const call = running.deliver('a', {}, left.signal);
    await running.until('pending');
    left.abort();
    await expect(call).rejects.toThrow();
    await running.until('delivered');
    expect(await running.calls()).toMatchObject([{ id: 'a', outcome: 'delivered', effect: true, status: null }]);
  });

  it('takes as long as it was told', async () => {
    await running.close();
    running = await startTarget({ latencyMs: 120 });
    const from = performance.now();
    await running.deliver('a');
    expect(performance.now() - from).toBeGreaterThanOrEqual(119);
  });

  it('can be asked about', async () => {
    const question = '{ delivery(key: "key-a") { key id duplicate } deliveries }';
    expect((await running.query(question)).json()).toEqual({ data: { delivery: null, deliveries: 0 } });
    await running.deliver('a');
    const once = { key: 'key-a', id: 'a', duplicate: false };
    expect((await running.query(question)).json()).toEqual({ data: { delivery: once, deliveries: 1 } });
    await running.deliver('a');
    const twice = { ...once, duplicate: true };
    expect((await running.query(question)).json()).toEqual({ data: { delivery: twice, deliveries: 1 } });
    expect((await running.calls())[0]).toMatchObject({ outcome: 'answered', effect: false, status: 200 });
  });

  it('serves a client that people use', async () => {
    const client = new GraphQLClient(running.url);
    const answer = await client.rawRequest(mutation, { input: input('a', { data: { nested: [1, { x: null }] } }) });
    expect(answer).toMatchObject({ status: 200, ...delivered('a', false) });
    expect(answer.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(await client.request('{ __typename }')).toEqual({ __typename: 'Query' });
  });
});

describe('GraphQL over HTTP', () => {
  const required = (name: string) => `Field "${name}" of required type`;
  // The first five are the examples of the draft, section "Status Codes".
  it.each([
    ['what is no JSON', 'NONSENSE', 400, 'BAD_REQUEST', 'not JSON'],
    ['half of a JSON', '{"query":', 400, 'BAD_REQUEST', 'not JSON'],
    ['a misspelt parameter', '{"qeury": "{__typename}"}', 422, 'BAD_REQUEST', 'query'],
    [
      'variables that are a list',
      '{"query": "query Q ($i:Int!) { q(i: $i) }", "variables": [7]}',
      422,
      'BAD_REQUEST',
      'variables',
    ],
    ['half of a document', '{"query": "{"}', 400, 'GRAPHQL_PARSE_FAILED', 'Syntax Error'],
    ['a JSON that is no object', '[1]', 422, 'BAD_REQUEST', 'the body'],
    [
      'an operation name that is no string',
      '{"query":"{__typename}","operationName":1}',
      422,
      'BAD_REQUEST',
      'operationName',
    ],
    ['an unknown field', '{"query":"{ nothing }"}', 422, 'GRAPHQL_VALIDATION_FAILED', 'nothing'],
    [
      'two operations and no name',
      '{"query":"query A{__typename} query B{__typename}"}',
      422,
      'OPERATION_RESOLUTION_FAILURE',
      'Name one',
    ],
    [
      'a name that is not there',
      '{"query":"query A{__typename}","operationName":"C"}',
      422,
      'OPERATION_RESOLUTION_FAILURE',
      'C',
    ],
    ['a missing variable', JSON.stringify({ query: mutation }), 422, 'BAD_USER_INPUT', '$input'],
    [
      'an input that lacks a field',
      JSON.stringify({ query: mutation, variables: { input: { ...input('a'), brand: undefined } } }),
      422,
      'BAD_USER_INPUT',
      required('brand'),
    ],
    [
      'an input with a field too many',
      JSON.stringify({ query: mutation, variables: { input: input('a', { extra: 1 }) } }),
      422,
      'BAD_USER_INPUT',
      'extra',
    ],
  ])('refuses %s', async (_, body, status, code, message) => {
    for (const accept of ['application/graphql-response+json', 'application/json']) {
      const answer = await running.post(body, { accept });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
      expect(answer.json()).toMatchObject({ errors: [{ extensions: { code } }] });
      expect(answer.json()).not.toHaveProperty('data');
      expect(answer.body).toContain(JSON.stringify(message).slice(1, -1));
    }
    expect(await running.summary()).toMatchObject({ effects: 0 });
    expect((await running.calls())[0]).toMatchObject({ outcome: 'invalid', status, effect: false });
  });

  it.each([
    [undefined, 'application/graphql-response+json'],
    ['*/*', 'application/graphql-response+json'],
    ['application/json', 'application/json'],
    [
      'application/json; charset=utf-8, application/graphql-response+json; charset=utf-8',
      'application/graphql-response+json',
    ],
    ['application/graphql-response+json;q=0.5, application/json', 'application/json'],
    ['application/graphql-response+json;q=0, */*', 'application/json'],
    ['text/html, application/*;q=0.1', 'application/graphql-response+json'],
  ])('answers those who accept %s in %s', async (accept, type) => {
    // Written by hand, as fetch sends an Accept header of its own.
    const body = '{"query":"{ __typename }"}';
    const header = accept === undefined ? '' : `Accept: ${accept}\r\n`;
    const answer = await raw(
      running.port,
      `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain(`content-type: ${type}; charset=utf-8\r\n`);
  });

  it('says partial success with 294 where the client knows it, and 200 elsewhere', async () => {
    const body = JSON.stringify({ query: 'query ($k: ID = "a") { delivery(key: $k) { id } }', variables: { k: null } });
    const modern = await running.post(body, { accept: 'application/graphql-response+json' });
    const legacy = await running.post(body, { accept: 'application/json' });
    expect([modern.status, legacy.status]).toEqual([294, 200]);
    for (const answer of [modern, legacy])
      expect(answer.json()).toMatchObject({ data: { delivery: null }, errors: [{ path: ['delivery'] }] });
  });

  it.each([
    ['GET', {}, 405],
    ['PUT', { 'content-type': 'application/json' }, 405],
    ['POST', { 'content-type': 'text/plain' }, 415],
    ['POST', { 'content-type': 'application/json; charset=latin1' }, 415],
    ['POST', { 'content-type': 'application/jsonp' }, 415],
    ['POST', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 415],
    ['POST', { 'content-type': 'application/json', accept: 'text/html' }, 406],
  ])('refuses %s with %j by %d', async (method, headers, status) => {
    const body = method === 'GET' ? null : '{"query":"{ __typename }"}';
    const answer = await fetch(running.url, { method, headers: headers as Record<string, string>, body });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('allow')).toBe(status === 405 ? 'POST' : null);
    expect(await answer.json()).toHaveProperty('errors');
    expect(await running.calls()).toMatchObject([{ outcome: 'invalid', status }]);
  });
});
