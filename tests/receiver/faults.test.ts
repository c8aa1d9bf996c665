import { join } from 'node:path';
import { sign } from '@octokit/webhooks-methods';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDocumented, type Documented } from './documented.ts';
import { batched, cloudEvent, startReceiver, structured, type Answer, type Receiver } from './harness.ts';

const hubSecret = 'a secret that a hub shares';

const orderSchema = {
  type: 'object',
  required: ['total'],
  properties: {
    total: { type: 'number' },
    lines: { type: 'array', items: { properties: { sku: { type: 'string' } } } },
  },
};

describe('the receiver judges', () => {
  let receiver: Receiver;
  let documented: Documented['documented'];
  let refusedAs: Documented['refusedAs'];
  beforeAll(async () => {
    receiver = await startReceiver({
      match: ['com.example.*', 'order.*', 'note.*', 'hub.*', 'event'],
      files: {
        'order.json': JSON.stringify(orderSchema),
        'note.json': JSON.stringify({ type: 'string', maxLength: 5 }),
        secret: hubSecret,
      },
      webhooks: (folder) => ({ hub: { scheme: 'github', secret: { file: join(folder, 'secret') } } }),
      config: { schemas: { 'order.created': 'order.json', 'hub.push': 'order.json', 'note.taken': 'note.json' } },
    });
    const { body } = await receiver.request('GET', '/openapi.json');
    ({ documented, refusedAs } = createDocumented(body as Record<string, unknown>));
  });
  afterAll(() => receiver.close());

  describe('a source', () => {
    // RFC 3986, §1.1.2 and §5.4.
    const references = [
      'ftp://ftp.is.co.za/rfc/rfc1808.txt',
      'ldap://[2001:db8::7]/c=GB?objectClass?one',
      'mailto:John.Doe@example.com',
      'tel:+1-816-555-1212',
      'urn:oasis:names:specification:docbook:dtd:xml:4.1.2',
      ';x=1/../y',
      '?y',
      '#s',
      "/a%20b/%C3%a4~(!$&'*+,)",
    ];
    it.each(references)('is a URI-reference: %s', async (source) => {
      const answer = await receiver.post(cloudEvent(source, { source }), structured);
      expect([answer.status, answer.body]).toEqual([202, expect.objectContaining({ status: 'queued' })]);
    });
    it.each(['/a%', '/a%2', '/a%2g', '%%20', '/ä', '/a^b', '/a"b', '<a>', '/a\\b', '/a|b', '/a{b}', '/a\n', '/a`'])(
      'is none: %j',
      async (source) => {
        const answer = await receiver.post(cloudEvent(source, { source }), structured);
        refusedAs(answer, 'invalid');
        expect(answer.body).toMatchObject({ errors: [{ pointer: '/source', detail: 'is not a URI-reference' }] });
      },
    );
  });

  describe('all faults at once', () => {
    const pointers = (answer: Answer) =>
      (answer.body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer).sort();

    it('of a CloudEvent', async () => {
      const sent = {
        specversion: '0.3',
        id: '',
        source: 'a b',
        time: 'noon',
        'a/b~': 1,
        list: [],
        subject: 5,
        long: 'x'.repeat(1_025),
      };
      const answer = await receiver.post(JSON.stringify({ ...sent, data: 1, data_base64: 'MQ==' }), structured);
      refusedAs(answer, 'invalid');
      expect(pointers(answer)).toEqual([
        '/a~1b~0',
        '/data_base64',
        '/id',
        '/list',
        '/long',
        '/source',
        '/specversion',
        '/subject',
        '/time',
        '/type',
      ]);
    });

    it('of binary attributes', async () => {
      const answer = await receiver.post('1', { 'ce-id': 'b', 'ce-source': '/b', 'ce-time': 'noon', 'ce-bad': '%zz' });
      refusedAs(answer, 'invalid');
      expect(pointers(answer)).toEqual(['/ce-bad', '/ce-specversion', '/ce-time', '/ce-type']);
    });

    it('of data, by the schema of its type', async () => {
      const data = { total: '1', lines: [{ sku: 'a' }, { sku: 2 }] };
      const answer = await receiver.post(cloudEvent('s', { type: 'order.created', data }), structured);
      refusedAs(answer, 'invalid');
      expect(pointers(answer)).toEqual(['/data/lines/1/sku', '/data/total']);
      const right = cloudEvent('s', { type: 'order.created', data: { total: 1 } });
      expect((await receiver.post(right, structured)).status).toBe(202);
      expect((await receiver.post(cloudEvent('s', { type: 'order.updated', data }), structured)).status).toBe(202);
    });

    const binary = (type: string) => ({ 'ce-specversion': '1.0', 'ce-id': 'f', 'ce-source': '/f', 'ce-type': type });
    const forms: Readonly<Record<string, (data: object) => Promise<Answer>>> = {
      plain: (data) => receiver.post(JSON.stringify({ id: 'f', type: 'order.created', ...data })),
      binary: (data) => receiver.post(JSON.stringify(data), binary('order.created')),
      batch: (data) => receiver.post(`[${cloudEvent('f', { type: 'order.created', data })}]`, batched, '/events/batch'),
      webhook: async (data) => {
        const body = JSON.stringify(data);
        const signature = await sign(hubSecret, body);
        const said = { 'x-hub-signature-256': signature, 'x-github-event': 'push', 'x-github-delivery': 'f' };
        return receiver.post(body, said, '/webhooks/hub');
      },
    };
    it.each(Object.keys(forms))('of data, by the schema of its type, as %s', async (form) => {
      const send = forms[form] ?? (() => Promise.reject(new Error(form)));
      expect((await send({ total: 1 })).status).toBe(202);
      const { body, status } = await send({ total: '1' });
      expect([422, 207]).toContain(status);
      expect(JSON.stringify(body)).toContain('"pointer":"/data/total"');
    });

    it('of data that is text, and of data that is none where its type has a schema', async () => {
      const text = { ...binary('note.taken'), 'content-type': 'text/plain' };
      expect((await receiver.post('short', text)).status).toBe(202);
      refusedAs(await receiver.post('longer', text), 'invalid');
      const bytes = await receiver.post('short', { ...text, 'content-type': 'application/octet-stream' });
      refusedAs(bytes, 'invalid');
      expect(pointers(bytes)).toEqual(['/data']);
    });
  });

  describe('a batch', () => {
    it('each event by itself', async () => {
      const body = `[${cloudEvent('a')},{"id":"b"},${cloudEvent('c', { type: 'unheard-of' })},7,${cloudEvent('e')}]`;
      const answer = await receiver.post(body, batched, '/events/batch');
      documented(answer, '/events/batch');
      expect(answer).toMatchObject({
        status: 207,
        body: {
          results: [
            { id: 'a' },
            { code: 'invalid' },
            { code: 'no_route', id: 'c' },
            { code: 'malformed' },
            { id: 'e' },
          ],
        },
      });
    });

    it.each([
      [0, 'malformed'],
      [101, 'too_large'],
    ] as const)('%d events', async (count, code) => {
      const events = Array.from({ length: count }, (_, i) => cloudEvent(String(i)));
      refusedAs(await receiver.post(`[${events.join(',')}]`, batched, '/events/batch'), code, '/events/batch');
    });

    it('none of a hundred', async () => {
      const events = Array.from({ length: 100 }, (_, i) => cloudEvent(String(i)));
      expect((await receiver.post(`[${events.join(',')}]`, batched, '/events/batch')).status).toBe(202);
    });
  });
});
