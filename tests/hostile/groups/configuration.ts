import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { createIssuerKeys } from '../../../apps/receiver/issuer-keys.ts';
import { readGatewayConfig } from '../../../apps/shared/config.ts';
import { attack, joined, part, type Plan } from '../attack.ts';
import { fault } from '../fault.ts';
import { gatewayConfig } from '../gateway-config.ts';
import type { Group } from '../group.ts';
import { hostileText, hostileValue, objectOf } from '../texts.ts';
import type { World } from '../world.ts';

/** Machines that nobody means, in every spelling that some reader of addresses takes. */
const hosts = [
  '169.254.169.254',
  '[fd00:ec2::254]',
  '[::ffff:169.254.169.254]',
  '2852039166',
  '0xa9fea9fe',
  '0251.0376.0251.0376',
  '169.254.43518',
  '10.0.0.1',
  '192.168.0.1',
  '172.16.0.1',
  '100.64.0.1',
  '0.0.0.0',
  '[::]',
  'metadata.google.internal',
  '127.0.0.1.nip.io',
  'localhost.evil.example',
  'localhost@169.254.169.254',
  '127.0.0.1#@169.254.169.254',
  '127.0.0.1%2f@169.254.169.254',
  'evil.example\\@127.0.0.1',
  'ⓛocalhost.evil.example',
  '①⑥⑨.②⑤④.①⑥⑨.②⑤④',
] as const;

/** That stays on this machine, whatever it looks like. */
const loopbacks = new Set(['127.0.0.1', 'localhost', '[::1]']);

const url = fc
  .tuple(
    fc.constantFrom(
      'http',
      'HTTP',
      'https',
      'file',
      'gopher',
      'ftp',
      'data',
      'javascript',
      'redis',
      'unix',
      ' http',
      'http\t',
      '',
    ),
    fc.constantFrom('://', ':/', ':', ':///', '://user:pw@'),
    fc.oneof(fc.constantFrom(...hosts), hostileText),
    fc.constantFrom('', ':80', ':22', ':99999', ':0'),
    fc.constantFrom('', '/', '/latest/meta-data/', '/../..', '?x=', '#'),
  )
  .map((parts) => parts.join(''));

/** Plain HTTP goes nowhere but to this machine, and nothing but HTTP goes anywhere. */
function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && loopbacks.has(hostname));
}

const places = ['endpoint', 'issuer', 'keys'] as const;

/** URLs where the gateway would ask for something, in files that are right otherwise. */
const urls = ({ urls: queues, issuer, target }: World, plan: Plan) =>
  attack(
    fc.tuple(fc.constantFrom(...places), url),
    ([place, text]) => {
      const config = structuredClone(gatewayConfig({ urls: queues, issuer: issuer.url, target: target.url })) as {
        auth: { jwt: { aws: Record<string, unknown> } };
        targets: { crm: { graphql: Record<string, unknown> } };
      };
      if (place === 'endpoint') config.targets.crm.graphql['endpoint'] = text;
      else config.auth.jwt.aws[place] = text;
      const read = readGatewayConfig(stringify(config));
      return Promise.resolve(read.ok && !isSafe(text) ? fault('let in', `${place} may be ${text}`) : undefined);
    },
    plan,
  );

const yaml = fc.oneof(
  hostileText,
  fc
    .array(
      fc.tuple(
        fc.oneof(fc.constantFrom('auth', 'targets', 'enrich', 'inbound', '__proto__', 'schemas'), hostileText),
        hostileValue,
      ),
      { maxLength: 5 },
    )
    .map((members) => stringify(objectOf(members))),
  fc.constantFrom(
    `a: &a [${'x,'.repeat(9)}x]\n${Array.from(
      { length: 9 },
      (_, i) =>
        `${'bcdefghij'.charAt(i)}: &${'bcdefghij'.charAt(i)} [${Array(9)
          .fill(`*${'abcdefghi'.charAt(i)}`)
          .join()}]`,
    ).join('\n')}`,
    '!!js/function "x"',
    '? '.repeat(3_000),
    '['.repeat(10_000),
    '- '.repeat(5_000),
    '&a *a',
    '%YAML 9.9\n---\n',
  ),
);

/** A person waits for it at the start. */
const readWithinMs = 2_000;

/** Files that are none, or bombs of aliases. */
const files = (plan: Plan) =>
  attack(
    yaml,
    (text) => {
      const startedMs = performance.now();
      const read = readGatewayConfig(text);
      if (read.ok) return Promise.resolve(fault('let in', 'a configuration that is none'));
      return Promise.resolve(
        performance.now() - startedMs > readWithinMs
          ? fault('hang', 'a configuration takes seconds to read')
          : undefined,
      );
    },
    plan,
  );

/** What an issuer of tokens answers that somebody took over. */
const answers = (away: string): readonly ((response: ServerResponse) => void)[] => [
  (response) => response.writeHead(302, { location: away }).end(),
  (response) => response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
  (response) => response.end(JSON.stringify({ keys: 'x'.repeat(300_000) })),
  (response) => response.end('['.repeat(200_000)),
  (response) => response.end(JSON.stringify({ keys: Array.from({ length: 101 }, () => ({ kty: 'oct', k: 'AAAA' })) })),
  (response) => response.end(JSON.stringify({ keys: [{ kty: '__proto__' }, { kty: 'oct', k: '' }] })),
  (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
  (response) => {
    const timer = setInterval(() => response.write(' '.repeat(65_536)), 1);
    response.on('close', () => clearInterval(timer));
  },
  (response) => response.socket?.destroy(),
  () => undefined,
];

/** The deadline of an issuer's answer, and room. */
const askedWithinMs = 4_000;

/** Asks such an issuer for its keys: it is over in time, and nobody is led elsewhere. */
async function issuers(plan: Plan) {
  let strays = 0;
  let play: ((response: ServerResponse) => void) | undefined;
  const server = createServer((request, response) => {
    if (request.url === '/keys') play?.(response);
    else {
      strays++;
      response.end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const ways = answers(`${issuer}/away`);
    const attacked = await attack(
      fc.nat(ways.length - 1),
      async (way) => {
        play = ways[way];
        const keys = createIssuerKeys({
          issuer,
          keys: `${issuer}/keys`,
          fetch,
          now: () => performance.now(),
          unusable: () => undefined,
        });
        const startedMs = performance.now();
        await keys.renew();
        return performance.now() - startedMs > askedWithinMs
          ? fault('hang', `answer ${way} of an issuer is waited for`)
          : undefined;
      },
      plan,
      { lanes: 1 },
    );
    return strays === 0
      ? attacked
      : joined([attacked, { inputs: 0, faults: [fault('let in', `${strays} redirects of an issuer were followed`)] }]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

export const configuration: Group = {
  name: 'configuration',
  does: 'URLs in every form of server-side request forgery, files that are bombs, and issuers of tokens that were taken over',
  inputs: { whole: 6_000, short: 400 },
  async play(world, plan) {
    return joined([await urls(world, part(plan, 0.8)), await files(part(plan, 0.2)), await issuers(part(plan, 0.005))]);
  },
};
