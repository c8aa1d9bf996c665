import { createHmac, createPublicKey, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import type { JWK } from 'jose';
import { attack } from '../attack.ts';
import type { Group } from '../group.ts';
import { role } from '../gateway-config.ts';
import { strikeWith, structured } from '../strike.ts';
import { hostileText, hostileValue, objectOf } from '../texts.ts';
import type { World } from '../world.ts';

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** What whoever attacks can have: key pairs of his own, and the issuer's public keys. */
interface Keys {
  readonly own: KeyObject;
  readonly ownRsa: KeyObject;
  readonly published: readonly string[];
  readonly jwk: object;
}

async function readKeys({ issuer }: World): Promise<Keys> {
  const { keys } = (await (await fetch(`${issuer.url}/keys`)).json()) as { keys: [JWK] };
  const publicKey = createPublicKey({ key: keys[0], format: 'jwk' });
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    own: own.privateKey,
    ownRsa: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey,
    published: [
      publicKey.export({ type: 'spki', format: 'pem' }),
      JSON.stringify(keys[0]),
      publicKey.export({ type: 'spki', format: 'der' }).toString('latin1'),
      '',
    ],
    jwk: own.publicKey.export({ format: 'jwk' }),
  };
}

type Signing = 'none' | 'ours' | 'rsa' | 'hmac' | 'garbage' | 'zeros' | 'empty';

function signatureOf(signing: Signing, content: string, keys: Keys, at: number): string {
  switch (signing) {
    case 'ours':
      return createSign('sha256')
        .update(content)
        .sign({ key: keys.own, dsaEncoding: 'ieee-p1363' })
        .toString('base64url');
    case 'rsa':
      return createSign('sha256').update(content).sign(keys.ownRsa).toString('base64url');
    case 'hmac':
      return createHmac('sha256', keys.published[at % keys.published.length] ?? '')
        .update(content)
        .digest('base64url');
    case 'zeros':
      // What ECDSA checked badly takes for a signature of anything (CVE-2022-21449).
      return Buffer.alloc(64).toString('base64url');
    case 'garbage':
      return encode(content.slice(0, 64));
    case 'none':
    case 'empty':
      return '';
    default:
      return signing satisfies never;
  }
}

const algorithms = [
  'none',
  'None',
  'nOnE',
  'HS256',
  'HS384',
  'HS512',
  'ES256',
  'ES384',
  'RS256',
  'PS256',
  'EdDSA',
  'ES256K',
  'dir',
  'A128KW',
  '',
  '__proto__',
] as const;

/** Tokens of which none is signed by the issuer. */
function tokens(keys: Keys, url: string): fc.Arbitrary<string> {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: url, sub: role, aud: 'event-gateway', exp: now + 300, iat: now };
  const header = fc
    .record({
      alg: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom<unknown>(...algorithms) },
        { weight: 1, arbitrary: hostileValue },
      ),
      kid: fc.constantFrom<unknown>(
        'key-0',
        'key-9',
        '../../dev/null',
        '/proc/self/environ',
        "' UNION SELECT 'x",
        '__proto__',
        0,
        null,
      ),
      more: fc.constantFrom<object>(
        {},
        { typ: 'JWT' },
        { jwk: keys.jwk },
        { jku: `${url}/elsewhere` },
        { x5u: `${url}/elsewhere` },
        { x5c: ['MIIB'] },
        { crit: ['exp'], exp: 1 },
        { crit: ['b64'], b64: false },
        { zip: 'DEF' },
        { cty: 'JWT' },
        { p2c: 2_000_000_000 },
      ),
    })
    .map(({ alg, kid, more }) => ({ alg, kid, ...more }));
  const changed = fc
    .array(
      fc.tuple(
        fc.constantFrom('iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', '__proto__'),
        fc.oneof(hostileValue, fc.constantFrom<unknown>(now + 300, now - 9_000, 1e308, -1, [], ['event-gateway'], {})),
      ),
      { maxLength: 2 },
    )
    .map((some) => ({ ...claims, ...objectOf(some) }));
  const made = fc
    .tuple(
      header,
      changed,
      fc.constantFrom<Signing>('none', 'ours', 'ours', 'rsa', 'hmac', 'hmac', 'garbage', 'zeros', 'empty'),
      fc.nat(3),
    )
    .map(([head, payload, signing, at]) => {
      const content = `${encode(head)}.${encode(payload)}`;
      return `${content}.${signatureOf(signing, content, keys, at)}`;
    });
  const shapeless = fc
    .tuple(
      fc.array(fc.oneof(hostileText.map(encode), fc.constantFrom('', 'e30', 'eyJ', '=', '-', '_')), {
        minLength: 2,
        maxLength: 6,
      }),
      fc.integer({ min: 1, max: 3_000 }),
    )
    .map(([parts, times]) => parts.join('.').repeat(times).slice(0, 14_000));
  return fc.oneof({ weight: 8, arbitrary: made }, { weight: 1, arbitrary: shapeless });
}

/** Tokens of the issuer's own that are over, not yet begun, for others, or changed after they were signed. */
async function spoiled({ issuer }: World): Promise<readonly string[]> {
  const now = Date.now() / 1_000;
  const right = await issuer.sign({ sub: role });
  const [header = '', payload = '', signature = ''] = right.split('.');
  const turned = (text: string, at: number) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
  return [
    await issuer.sign({ sub: role, exp: now - 61 }),
    await issuer.sign({ sub: role, nbf: now + 90 }),
    await issuer.sign({ sub: role, exp: now - 1e9 }),
    await issuer.sign({ sub: role, aud: 'another' }),
    await issuer.sign({ sub: role, aud: [] }),
    await issuer.sign({ sub: `${role}/x` }),
    await issuer.sign({ sub: role.toUpperCase() }),
    await issuer.sign({ sub: '*' }),
    await issuer.sign({}),
    await issuer.sign({ sub: role, iss: `${issuer.url}/` }),
    await issuer.sign({ sub: role, pad: 'x'.repeat(7_000) }),
    await issuer.sign({ sub: role }, { kid: 'key-9' }),
    ...Array.from({ length: 60 }, (_, at) => `${turned(header, at % header.length)}.${payload}.${signature}`),
    ...Array.from({ length: 60 }, (_, at) => `${header}.${turned(payload, at)}.${signature}`),
    // Not the last character, of which two bits mean nothing.
    ...Array.from({ length: 60 }, (_, at) => `${header}.${payload}.${turned(signature, at)}`),
    `${header}.${payload}.${signature}.`,
    `.${header}.${payload}.${signature}`,
    `${header}.${payload}.`,
  ];
}

export const forgedTokens: Group = {
  name: 'tokens',
  does: 'JSON Web Tokens with no signature, a confused algorithm, foreign and embedded keys, of another time, changed and oversized',
  inputs: { whole: 8_000, short: 350 },
  async play(world, plan) {
    const keys = await readKeys(world);
    const inputs = fc
      .tuple(
        fc.oneof(
          { weight: 6, arbitrary: tokens(keys, world.issuer.url) },
          { weight: 1, arbitrary: fc.constantFrom(...(await spoiled(world))) },
        ),
        fc.constantFrom('Bearer ', 'bearer ', 'Bearer  ', 'JWT ', ''),
      )
      .map(([token, scheme]) => ({
        headers: [
          ['authorization', scheme + token],
          ['content-type', structured],
        ] as const,
        body: '{"specversion":"1.0","id":"let-in","source":"/t","type":"t.t"}',
      }));
    return attack(inputs, strikeWith(world, { neverTaken: true }), plan);
  },
};
