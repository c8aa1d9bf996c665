import { createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sign as signGitHub } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import { startReceiver, type Answer, type Receiver } from './harness.ts';

const json = { 'content-type': 'application/json' };
const secrets = {
  github: 'a secret that GitHub shares',
  standard: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  stripe: 'whsec_stripe-takes-it-as-text',
  shopify: 'test-webhook-secret',
};
const nowSeconds = () => Math.floor(Date.now() / 1_000);
const hex = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex');
const stripeHeader = (body: string, t = nowSeconds(), secret = secrets.stripe) =>
  `t=${t},v1=${hex(secret, `${t}.${body}`)}`;

/** The same bytes, said to be of the other kind. */
const otherKind = (headers: Record<string, string>) => ({
  ...headers,
  'webhook-signature': (headers['webhook-signature'] ?? '').replace('v1,', 'v1a,'),
});

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const whpk = `whpk_${Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64')}`;

/** GitHub's own examples of its webhooks. */
const published = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly {
  readonly name: string;
  readonly examples: readonly unknown[];
}[];

describe('POST /webhooks/{name}', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver({
      files: {
        ...Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [`secret-${name}`, `${secret}\n`])),
        'secret-whpk': whpk,
      },
      webhooks: (folder) => {
        const secret = (name: string) => ({ file: join(folder, `secret-${name}`) });
        return {
          github: { scheme: 'github', secret: secret('github') },
          standard: { scheme: 'standard', secret: [secret('standard'), secret('whpk')] },
          stripe: { scheme: 'stripe', secret: secret('stripe'), types: ['stripe.invoice.*'] },
          shopify: { scheme: 'shopify', secret: secret('shopify') },
        };
      },
    });
  });
  afterAll(() => receiver.close());

  const post = (name: string, headers: Record<string, string>, body: string): Promise<Answer> =>
    receiver.request('POST', `/webhooks/${name}`, { ...json, ...headers }, body);
  const arrived = async (answer: Answer) => {
    expect(answer).toMatchObject({ status: 202, body: { status: 'queued', targets: ['crm'] } });
    const [event, ...more] = await receiver.queued();
    expect(more).toEqual([]);
    return event;
  };
  const standardHeaders = (id: string, body: string, at = new Date()) => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secrets.standard).sign(id, at, body),
  });

  it('takes what GitHub sends, signed by its own library', async () => {
    let count = 0;
    for (const { name, examples } of published.slice(0, 20)) {
      const body = JSON.stringify(examples[0]);
      const id = `72d3162e-cc78-11e3-81ab-${String(count++).padStart(12, '0')}`;
      const event = await arrived(
        await post(
          'github',
          {
            'x-hub-signature-256': await signGitHub(secrets.github, body),
            'x-github-delivery': id,
            'x-github-event': name,
          },
          body,
        ),
      );
      expect(event).toMatchObject({
        id,
        type: `github.${name}`,
        source: '/webhooks/github',
        sender: 'webhook:github',
        identity: 'id',
        data: { kind: 'json', text: body },
      });
    }
  });

  it('takes Standard Webhooks, signed by their own library, or by ed25519', async () => {
    const body = '{"type":"user.created","timestamp":"2026-11-26T10:00:00Z","data":{"n":1.10}}';
    const event = await arrived(await post('standard', standardHeaders('msg_1', body), body));
    expect(event).toMatchObject({ id: 'msg_1', type: 'standard.user.created', data: { text: body } });

    const t = nowSeconds();
    const signature = signWith(null, Buffer.from(`msg_2.${t}.{}`), privateKey).toString('base64');
    const headers = {
      'webhook-id': 'msg_2',
      'webhook-timestamp': String(t),
      'webhook-signature': `v1,AAAA v1a,${signature}`,
    };
    expect(await arrived(await post('standard', headers, '{}'))).toMatchObject({ id: 'msg_2', type: 'standard.event' });
  });

  it('takes what Stripe sends, with one signature of two that fits', async () => {
    const body = '{"id":"evt_1","object":"event","type":"invoice.paid","created":1}';
    const t = nowSeconds();
    const header = `t=${t},v1=${'0'.repeat(64)},v1=${hex(secrets.stripe, `${t}.${body}`)},v0=old`;
    expect(await arrived(await post('stripe', { 'stripe-signature': header }, body))).toMatchObject({
      id: 'evt_1',
      type: 'stripe.invoice.paid',
    });
  });

  it('takes what Shopify sends', async () => {
    const body = '{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}';
    const headers = {
      'x-shopify-hmac-sha256': 'QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=',
      'x-shopify-topic': 'orders/create',
      'x-shopify-webhook-id': 'b54557e4',
    };
    expect(await arrived(await post('shopify', headers, body))).toMatchObject({
      id: 'b54557e4',
      type: 'shopify.orders/create',
    });
    expect(await arrived(await post('shopify', { ...headers, 'x-shopify-event-id': 'e1' }, body))).toMatchObject({
      id: 'e1',
    });
  });

  it('refuses what is not signed, signed otherwise, or signed too long ago or ahead', async () => {
    const body = '{"id":"evt_1","type":"invoice.paid"}';
    const minutes = (n: number) => new Date(Date.now() + n * 60_000);
    const cases: [string, Record<string, string>, RegExp][] = [
      ['github', {}, /needs X-Hub-Signature-256/],
      ['github', { 'x-hub-signature-256': `sha256=${hex('another secret entirely', body)}` }, /No signature fits/],
      ['github', { 'x-hub-signature': `sha1=${'0'.repeat(40)}` }, /needs X-Hub-Signature-256/],
      ['standard', standardHeaders('msg_1', `${body} `), /No signature fits/],
      ['standard', { ...standardHeaders('msg_1', body), 'webhook-id': 'msg_2' }, /No signature fits/],
      ['standard', standardHeaders('msg_1', body, minutes(-6)), /signed more than 300 s away/],
      ['standard', standardHeaders('msg_1', body, minutes(6)), /signed more than 300 s away/],
      ['standard', { ...standardHeaders('msg_1', body), 'webhook-timestamp': '1e9' }, /needs webhook-id/],
      ['standard', standardHeaders('msg.1', body), /needs webhook-id/],
      ['standard', otherKind(standardHeaders('msg_1', body)), /No signature fits/],
      ['stripe', { 'stripe-signature': stripeHeader(body, nowSeconds() - 400) }, /signed more than 300 s away/],
      ['stripe', { 'stripe-signature': stripeHeader(body, nowSeconds(), secrets.github) }, /No signature fits/],
      ['stripe', { 'stripe-signature': `t=${nowSeconds()},v0=${'0'.repeat(64)}` }, /needs Stripe-Signature/],
      ['shopify', { 'x-shopify-hmac-sha256': 'AAAA' }, /needs X-Shopify-Hmac-Sha256/],
      // An API key opens no webhook.
      ['github', { 'x-api-key': receiver.key }, /needs X-Hub-Signature-256/],
    ];
    for (const [name, headers, detail] of cases) {
      const answer = await post(name, headers, body);
      expect(answer).toMatchObject({
        status: 401,
        body: { code: 'unauthenticated', detail: expect.stringMatching(detail) },
      });
    }
    expect(await receiver.queued()).toEqual([]);
    const metrics = await receiver.app.metrics();
    expect(metrics).toContain('eventgw_auth_attempts_total{method="webhook",result="expired"} 3');
  });

  it('refuses what is signed and still is no event that may be sent', async () => {
    const signed = (body: string) => ({ 'stripe-signature': stripeHeader(body) });
    const other = '{"id":"evt_1","type":"customer.created"}';
    expect(await post('stripe', signed(other), other)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    for (const [body, detail] of [
      ['{"type":"invoice.paid"}', 'its id is missing'],
      ['{"id":"evt_1"}', 'its event is missing'],
      ['[1]', 'not a JSON object'],
      ['{"id":', 'not JSON'],
    ] as const) {
      expect(await post('stripe', signed(body), body)).toMatchObject({
        status: 400,
        body: { code: 'malformed', detail: expect.stringContaining(detail) },
      });
    }
    const deep = `{"id":"evt_1","type":"invoice.paid","x":${'['.repeat(100)}${']'.repeat(100)}}`;
    expect(await post('stripe', signed(deep), deep)).toMatchObject({ status: 422, body: { code: 'invalid' } });
    const long = `{"id":"${'x'.repeat(2_000)}","type":"invoice.paid"}`;
    expect(await post('stripe', signed(long), long)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/id' }] },
    });
    expect(await post('nobody', {}, '{}')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await post('__proto__', {}, '{}')).toMatchObject({ status: 404 });
    expect(await receiver.request('GET', '/webhooks/github')).toMatchObject({ status: 405 });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await post('github', form, 'payload=%7B%7D')).toMatchObject({ status: 415 });
    expect(await receiver.queued()).toEqual([]);
  });
});

describe('a webhook', () => {
  it('is limited by what it signed, and not by what others send to it', async () => {
    const receiver = await startReceiver({
      config: { inbound: { requests: 2, per: '1h' } },
      files: { one: secrets.github },
      webhooks: (folder) => ({ github: { scheme: 'github', secret: { file: join(folder, 'one') } } }),
    });
    const post = async (secret: string, id: string) => {
      const signature = { 'x-hub-signature-256': await signGitHub(secret, '{}'), 'x-github-delivery': id };
      const headers = { ...json, ...signature, 'x-github-event': 'ping' };
      return (await receiver.request('POST', '/webhooks/github', headers, '{}')).status;
    };
    for (let i = 0; i < 5; i++) expect(await post('somebody else signs this', `bad-${i}`)).toBe(401);
    const answers: number[] = [];
    for (let i = 0; i < 6; i++) answers.push(await post(secrets.github, `good-${i}`));
    // Those that came before Redis was there were counted by the receiver alone.
    expect([answers.slice(0, 2), answers.at(-1)]).toEqual([[202, 202], 429]);
    await receiver.close();
  });
});

describe('a secret of a webhook', () => {
  it('that cannot be used is told at the start, with all others, and never shown', async () => {
    const started = startReceiver({
      files: { one: 'short-secret', two: 'no standard secret' },
      webhooks: (folder) => ({
        one: { scheme: 'github', secret: { file: join(folder, 'one') } },
        two: { scheme: 'standard', secret: { file: join(folder, 'two') } },
      }),
    });
    const error: unknown = await started.catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/auth\.webhooks\.one\.secret: is shorter than 16/);
    expect(String(error)).toMatch(/auth\.webhooks\.two\.secret: is no secret of Standard Webhooks/);
    expect(String(error)).not.toMatch(/short-secret|no standard secret/);
  });
});
