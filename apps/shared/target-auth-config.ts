import * as z from 'zod';
import { secureUrl } from './auth-config.ts';
import { secretRef } from './secrets.ts';

/** What HTTP or the gateway itself writes: a key in its place would break the call, or the promise made with it. */
const written = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const header = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'is no header name: letters, digits and -, 64 at most')
  .refine(
    (name) => !written.has(name.toLowerCase()),
    'is written by the gateway itself: name the header in which the target looks for the key',
  );

const printable = /^[\x20-\x7e]+$/;

const tokenUrl = secureUrl().refine((text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url === undefined || (url.username === '' && url.password === '' && url.hash === '');
}, 'holds a user, a password or a fragment: leave them out; clientId and clientSecret say who asks');

/** RFC 6749, §4.4. */
const oauth2 = z.strictObject({
  tokenUrl: tokenUrl.describe('Where tokens are asked for'),
  clientId: z.string().min(1).max(256).regex(printable, 'holds characters that no client id has: printable ASCII only'),
  clientSecret: secretRef,
  scope: z
    .string()
    .max(1_024)
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'is no scope: words with one space between them')
    .optional(),
  audience: z.string().min(1).max(256).optional().describe('Whom the token is for, where its issuer wants to know'),
});

const sigv4 = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'is no region: write one such as eu-west-1')
    .optional()
    .describe("The SDK's own, unless given"),
  service: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'is no signing name: write one such as appsync')
    .default('appsync'),
});

const basic = z.strictObject({
  // RFC 7617, §2: the first colon ends it.
  username: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[^:\p{Cc}]+$/u, 'holds a colon or a control character'),
  password: secretRef,
});

export const targetAuth = z
  .union(
    [
      z.strictObject({ apiKey: z.strictObject({ header, secret: secretRef }) }),
      z.strictObject({ bearer: secretRef }),
      z.strictObject({ basic }),
      z.strictObject({ oauth2 }),
      z.strictObject({ sigv4 }),
    ],
    {
      error:
        'is no credential: write one of apiKey { header, secret }, bearer, basic { username, password }, oauth2 { tokenUrl, clientId, clientSecret, scope, audience } or sigv4 { region, service }',
    },
  )
  .describe('The credential that the dispatcher shows to the target');

export type TargetAuth = z.output<typeof targetAuth>;
export type OAuth2 = z.output<typeof oauth2>;

/** Mutual TLS: beside a credential, or in the place of one. */
export const clientTls = z
  .strictObject({
    certificate: secretRef.describe('PEM, with the chain that the target needs'),
    key: secretRef.describe('PEM, without a passphrase'),
    ca: secretRef.optional().describe('PEM of whom to trust, in the place of the well-known authorities'),
  })
  .describe('The certificate that the dispatcher shows to the target');
