import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CloudEvent, emitterFor, HTTP, Mode, type Message } from 'cloudevents';
import type { GatewayEvent } from '../../apps/shared/event.ts';
import { batched, startReceiver, structured, type Receiver } from './harness.ts';

/** The examples of the CloudEvents specification, as text, word for word; `source` in the file says from where. */
interface Published {
  readonly structured: readonly string[];
  readonly binary: readonly string[];
  readonly batch: string;
}
const published = JSON.parse(
  readFileSync(new URL('fixtures/cloudevents-spec.json', import.meta.url), 'utf8'),
) as Published;

/** The specification writes words in the place of base64; this is what they say. */
const base64 = Buffer.from('raw binary bytes').toString('base64');
const filled = (text: string) => text.replaceAll('... base64 encoded string ...', base64);

interface WebhookExamples {
  readonly name: string;
  readonly examples: readonly unknown[];
}
const webhooks = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('@octokit/webhooks-examples'), 'utf8'),
) as readonly WebhookExamples[];

const text = (event: GatewayEvent): string => (event.data.kind === 'none' ? '' : event.data.text);
const value = (event: GatewayEvent): unknown => JSON.parse(text(event));

describe('the receiver takes', () => {
  let receiver: Receiver;
  beforeAll(async () => (receiver = await startReceiver()));
  afterAll(() => receiver.close());

  describe("the specification's own examples", () => {
    it.each(published.structured.map((example) => [filled(example)]))('arrive structured: %s', async (example) => {
      const sent = JSON.parse(example) as Record<string, unknown>;
      const event = await receiver.arrived(example, structured);
      expect(event).toMatchObject({ id: sent['id'], source: sent['source'], type: sent['type'], time: sent['time'] });
      expect(event.attributes.get('comexampleextension1')).toBe('"value"');
      expect(event.attributes.get('comexampleothervalue')).toBe('5');
      expect(event.attributes.has('unsetextension')).toBe(false);
      expect(event.attributes.has('subject')).toBe(false);
      expect(event.data.kind).toBe('data_base64' in sent ? 'base64' : 'json');
      expect(value(event)).toEqual(sent['data'] ?? sent['data_base64']);
    });

    it.each(published.binary.map((example) => [example]))('arrive binary: %s', async (example) => {
      const [head = '', body = ''] = example.split('\n\n', 2);
      const headers: Record<string, string> = Object.fromEntries(
        head.split('\n').map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string]),
      );
      const rest = example.slice(head.length + 2).trimEnd();
      const event = await receiver.arrived(rest, headers);
      expect(body).not.toBe('');
      expect(event).toMatchObject({
        source: '/mycontext',
        type: 'com.example.someevent',
        time: '2018-04-05T17:31:00Z',
      });
      expect(event.attributes.get('comexampleothervalue')).toBe('"5"');
      const type = String(headers['content-type']);
      expect(event.attributes.get('datacontenttype')).toBe(JSON.stringify(type));
      const expected = type === 'application/json' ? rest : JSON.stringify(Buffer.from(rest).toString('base64'));
      expect(text(event)).toBe(expected);
    });

    it.each(['/events', '/events/batch'])('arrive as a batch at %s', async (path) => {
      const answer = await receiver.post(filled(published.batch), batched, path);
      expect(answer).toMatchObject({
        status: 202,
        body: { results: [{ id: 'B234-1234-1234' }, { id: 'C234-1234-1234' }] },
      });
      const events = await receiver.queued();
      expect(events.map(({ source }) => source).sort()).toEqual(['/mycontext/4', '/mycontext/9']);
    });
  });

  describe("GitHub's published webhook payloads", () => {
    it('arrive as they are, named by their delivery', async () => {
      const payloads = webhooks.slice(0, 40).map(({ name, examples }) => ({ name, body: JSON.stringify(examples[0]) }));
      expect(payloads.length).toBe(40);
      const answers = await Promise.all(
        payloads.map(({ name, body }, i) =>
          receiver.post(body, { 'x-github-event': name, 'x-github-delivery': `72d3162e-${i}` }),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(payloads.map(() => 202));
      const events = new Map((await receiver.queued()).map((event) => [event.id, event]));
      for (const [i, { body }] of payloads.entries()) {
        const event = events.get(`72d3162e-${i}`);
        expect(event).toMatchObject({ identity: 'id', source: 'tests', type: 'event' });
        expect(event && value(event)).toEqual(JSON.parse(body));
      }
    });
  });

  describe('the CloudEvents SDK', () => {
    const transport = async ({ headers, body }: Message) =>
      receiver.arrived(body as string | Uint8Array<ArrayBuffer>, headers as Record<string, string>);
    const event = (more: object = {}) =>
      new CloudEvent({ id: 'sdk-1', source: '/sdk', type: 'sdk.sent', shop: 'north', data: { total: 1.5 }, ...more });

    it.each([Mode.BINARY, Mode.STRUCTURED])('is understood: %s', async (mode) => {
      const arrived = (await emitterFor(transport, { binding: HTTP, mode })(event())) as GatewayEvent;
      expect(arrived).toMatchObject({ id: 'sdk-1', source: '/sdk', type: 'sdk.sent' });
      expect(arrived.attributes.get('shop')).toBe('"north"');
      expect(value(arrived)).toEqual({ total: 1.5 });
    });

    it('is understood with bytes', async () => {
      const bytes = new Uint8Array([0, 255, 128, 10]);
      const arrived = await transport(
        HTTP.structured(event({ data: bytes, datacontenttype: 'application/octet-stream' })),
      );
      expect(arrived.data).toEqual({ kind: 'base64', text: JSON.stringify(Buffer.from(bytes).toString('base64')) });
    });

    it('is understood in batches', async () => {
      const batch = JSON.stringify([event(), event({ id: 'sdk-2' })]);
      expect(await receiver.post(batch, batched)).toMatchObject({ status: 202 });
      expect((await receiver.queued()).map(({ id }) => id).sort()).toEqual(['sdk-1', 'sdk-2']);
    });
  });

  describe('plain JSON', () => {
    it.each<[string, Record<string, string>, string, string, 'id' | 'digest']>([
      ['a quoted Idempotency-Key', { 'idempotency-key': '"k-1"' }, '{"id":"own"}', 'k-1', 'id'],
      ['a bare Idempotency-Key', { 'idempotency-key': 'k-2' }, '{}', 'k-2', 'id'],
      ['webhook-id', { 'webhook-id': 'msg_3' }, '{}', 'msg_3', 'id'],
      ['X-GitHub-Delivery', { 'x-github-delivery': 'gh-4' }, '{"id":4}', 'gh-4', 'id'],
      ['X-Shopify-Event-Id', { 'x-shopify-event-id': 'sh-5' }, '{"id":820982911946154508}', 'sh-5', 'id'],
      ['the first of several headers', { 'webhook-id': 'b', 'idempotency-key': 'a' }, '{}', 'a', 'id'],
      ['its own string', {}, '{"id":"order-6"}', 'order-6', 'digest'],
      ['its own 64-bit integer', {}, '{"id":9223372036854775807}', '9223372036854775807', 'digest'],
    ])('takes its id from %s', async (_from, headers, body, id, identity) => {
      const event = await receiver.arrived(body, headers);
      expect(event).toMatchObject({ id, identity, source: 'tests', type: 'event' });
      expect(text(event)).toBe(body);
      expect(Date.parse(event.time)).not.toBeNaN();
    });

    it('takes type, source and time from the object', async () => {
      const sent = { id: 'p', type: 'order.created', source: '/shop', time: '2026-11-24T00:00:00+01:00' };
      expect(await receiver.arrived(JSON.stringify(sent))).toMatchObject(sent);
    });

    it.each(['{}', '{"id":""}', '{"id":1.5}', '{"id":null}', '{"id":{}}'])('has no id in %s', async (body) => {
      expect(await receiver.post(body)).toMatchObject({ status: 400, body: { code: 'malformed' } });
    });

    it('comes in batches, where a header names none of them', async () => {
      const answer = await receiver.post('[{"id":1},{"id":"two"},{}]', { 'idempotency-key': 'k' }, '/events/batch');
      expect(answer).toMatchObject({
        status: 207,
        body: { results: [{ id: '1' }, { id: 'two' }, { code: 'malformed' }] },
      });
      expect((await receiver.queued()).map(({ id }) => id).sort()).toEqual(['1', 'two']);
    });
  });

  describe('binary mode', () => {
    const headers = (more: Record<string, string>) => ({
      'ce-specversion': '1.0',
      'ce-id': 'b-1',
      'ce-source': '/b',
      'ce-type': 'b',
      ...more,
    });

    it('carries text as a string, whatever its letters', async () => {
      const event = await receiver.arrived(
        'Ünï "q" 😀\u0001',
        headers({ 'content-type': 'text/plain; charset=utf-8' }),
      );
      expect(event.data.kind).toBe('json');
      expect(value(event)).toBe('Ünï "q" 😀\u0001');
    });

    it('carries bytes that are no text as base64', async () => {
      const event = await receiver.arrived(new Uint8Array([255, 254, 0]), headers({ 'content-type': 'image/png' }));
      expect(event.data).toEqual({ kind: 'base64', text: '"//4A"' });
    });

    it('decodes percent-encoded attributes', async () => {
      const event = await receiver.arrived('1', headers({ 'ce-subject': 'Euro%20%E2%82%AC%20%F0%9F%98%80' }));
      expect(event.attributes.get('subject')).toBe('"Euro € \\ud83d\\ude00"');
    });

    it('needs no data', async () => {
      expect((await receiver.arrived('', headers({}))).data).toEqual({ kind: 'none' });
    });
  });

  it('leaves origins alone where CORS is off', async () => {
    const answer = await receiver.post('{"id":"c"}', { origin: 'https://anywhere.example' });
    expect(answer.status).toBe(202);
    expect(answer.headers.has('access-control-allow-origin')).toBe(false);
    expect((await receiver.request('OPTIONS', '/events', { origin: 'https://anywhere.example' })).status).toBe(405);
  });
});
