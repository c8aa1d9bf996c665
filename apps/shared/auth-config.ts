import * as z from 'zod';
import { scopeMembers } from './scope.ts';
import { secretRef } from './secrets.ts';

/** Two keep the old one alive while a new one is handed out. */
const secretOrTwo = z.union([secretRef, z.array(secretRef).min(1).max(2)], {
  error:
    'is no secret reference, nor a list of two while one is rotated: write { env: NAME }, { file: path }, { awsSecret: name } or { awsParameter: name }; secrets themselves never stand here',
});

const name = z.string().regex(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, 'is no name: a-z, 0-9 and -, 40 at most');

/** Of a list, which many expect, and of anything else that is no map. */
const named = (example: string) => (issue: { readonly code?: string | undefined }) =>
  issue.code === 'invalid_type' ? `is no map by name: write such as { ${example} }` : undefined;

const webhook = z.strictObject({
  scheme: z.enum(['github', 'standard', 'stripe', 'shopify']).describe('How the provider signs'),
  secret: secretOrTwo.describe('What it signs with; two while one is rotated'),
  ...scopeMembers,
});

/** Signatures of a key pair: whoever checks cannot sign, and `none` is none of them (RFC 8725, §3.1). */
export const algorithms = ['RS256', 'ES256', 'ES384', 'PS256', 'EdDSA'] as const;

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** `otherwise`: what else whoever names a plain one may do. */
export function secureUrl(otherwise = '') {
  return z.url({ protocol: /^https?$/, error: 'is no http(s) URL' }).refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url?.protocol !== 'http:' || loopback.has(url.hostname);
  }, `is plain http: use https${otherwise}`);
}

const issuer = z.strictObject({
  issuer: secureUrl().describe('Whose tokens: their `iss`, to the letter'),
  audience: z.string().min(1).max(256).describe('Whom they are for: their `aud`'),
  subjects: z
    .array(z.string().min(1).max(256))
    .min(1)
    .max(100)
    .describe('Who may send: their `sub`; * stands for any text'),
  algorithms: z.array(z.enum(algorithms)).min(1).default(['RS256', 'ES256', 'ES384']),
  keys: secureUrl().optional().describe('Where its public keys are (JWKS); else its discovery document says'),
  ...scopeMembers,
});

const caller = z.strictObject({
  audience: z
    .string()
    .regex(/^[\x21-\x7e]{1,256}$/, 'is no audience: 256 characters at most, without spaces')
    .describe('What callers sign as x-eventgw-audience'),
  regions: z
    .array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'is no region: write such as eu-west-1'))
    .min(1)
    .max(40)
    .describe('Whose STS is asked'),
  subjects: z.array(z.string().min(1).max(256)).min(1).max(100).describe('ARNs that may send; * stands for any text'),
  ...scopeMembers,
});

/** Who may send. */
export const auth = z
  .strictObject({
    apiKeys: z
      .strictObject({ file: z.string().min(1) })
      .optional()
      .describe('The file that holds the hashed API keys'),
    jwt: z
      .record(name, issuer, { error: named('aws: { issuer, audience, subjects }') })
      .default({})
      .describe('Issuers of tokens, by a name of yours: AWS IAM, Kubernetes, any OpenID provider'),
    sts: caller
      .optional()
      .describe('Callers that presign sts:GetCallerIdentity; tokens (jwt) are better where they can be had'),
    webhooks: z
      .record(name, webhook, { error: named('github: { scheme, secret }') })
      .default({})
      .describe('Signed webhooks, taken at /webhooks/{name}'),
    allowAnonymous: z.boolean().default(false).describe('For development only: anyone may send to /events'),
  })
  .superRefine(({ apiKeys, jwt, sts, webhooks, allowAnonymous }, context) => {
    const named = apiKeys !== undefined || sts !== undefined || Object.keys(jwt).length > 0;
    const message = (says: string) => context.addIssue({ code: 'custom', path: [], message: says });
    if (allowAnonymous && named)
      message('lets everybody in past the keys: leave out allowAnonymous, or apiKeys, jwt and sts');
    if (!allowAnonymous && !named && Object.keys(webhooks).length === 0)
      message('lets nobody in: give apiKeys, jwt, sts or webhooks, or allowAnonymous: true for development');
    // Senders are named by the way they came in, and each must be one.
    for (const taken of ['webhook', 'sts'].filter((each) => Object.hasOwn(jwt, each))) {
      context.addIssue({
        code: 'custom',
        path: ['jwt', taken],
        message: 'is what other senders are named by: choose another',
      });
    }
  });

export type AuthConfig = z.output<typeof auth>;
