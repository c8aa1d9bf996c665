import { describe, expect, it } from '@jest/globals';
import { createVerifyWebhook, readWebhookKey } from '../../apps/receiver/verify-webhook.ts';
import type { SchemeName } from '../../apps/receiver/webhook-schemes.ts';
import { createScope } from '../../apps/shared/scope.ts';

describe('what others have published', () => {
  const judge = (scheme: SchemeName, secret: string, headers: Record<string, string>, body: string, atSeconds = 0) => {
    const key = readWebhookKey(scheme, secret);
    const webhook = { name: scheme, scheme, scope: createScope({}), keys: () => [key], clock: () => atSeconds * 1_000 };
    return createVerifyWebhook(webhook, () => undefined)({ headers, body: Buffer.from(body) });
  };

  it.each<[string, SchemeName, string, Record<string, string>, string, number]>([
    [
      'GitHub, https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries',
      'github',
      "It's a Secret to Everybody",
      { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
      'Hello, World!',
      0,
    ],
    [
      'Svix, https://docs.svix.com/receiving/verifying-payloads/how-manual',
      'standard',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
      '{"test": 2432232314}',
      1_614_265_330,
    ],
    [
      'SQLpage, https://github.com/sqlpage/SQLPage (tests of its hmac function)',
      'shopify',
      'test-webhook-secret',
      { 'x-shopify-hmac-sha256': 'QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=' },
      '{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}',
      0,
    ],
  ])('%s', (_source, scheme, secret, headers, body, atSeconds) => {
    expect(judge(scheme, secret, headers, body, atSeconds)).toMatchObject({ ok: true, name: scheme });
    expect(judge(scheme, secret, headers, `${body} `, atSeconds)).toMatchObject({ ok: false });
  });

  it.each([
    ['github', 'fifteen letters', 'shorter than 16'],
    ['standard', 'whsec_c2hvcnQ=', 'is no secret of Standard Webhooks'],
    ['standard', 'a plain text of some length', 'is no secret of Standard Webhooks'],
    ['standard', `whpk_${Buffer.alloc(31).toString('base64')}`, 'is no secret of Standard Webhooks'],
  ] as const)('no secret of %s is %s', (scheme, secret, fault) => {
    expect(() => readWebhookKey(scheme, secret)).toThrow(fault);
    expect(() => readWebhookKey(scheme, secret)).not.toThrow(secret);
  });
});
