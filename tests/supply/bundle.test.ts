import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startApp, type AppProcess, type Env } from '../support/process.ts';
import { npmRun } from './npm-run.ts';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, { version?: string; dev?: boolean; devOptional?: boolean }>>;
};
/** What is installed for a user; the tests' own packages lie beside them here. */
const allowed = new Set(
  Object.entries(packages)
    .filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true)
    .map(([path, { version = '' }]) => `pkg:npm/${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`),
);

describe('npm run sbom', () => {
  it('lists the packages that the files of an image come from, and no other', async () => {
    expect(await npmRun('sbom')).toMatchObject({ code: 0 });
    const listed = (app: string): readonly string[] => {
      const sbom = JSON.parse(readFileSync(`dist/sbom/event-gateway-${app}.cdx.json`, 'utf8')) as {
        readonly bomFormat: string;
        readonly metadata: { readonly component: { readonly name: string } };
        readonly components: readonly { readonly purl: string }[];
      };
      expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: `event-gateway-${app}` } } });
      const purls = sbom.components.map(({ purl }) => decodeURIComponent(purl));
      expect(purls.filter((purl) => !allowed.has(purl))).toEqual([]);
      return purls.map((purl) => purl.slice('pkg:npm/'.length, purl.lastIndexOf('@')));
    };
    const receiver = listed('receiver');
    const dispatcher = listed('dispatcher');
    const both = ['@aws-sdk/client-sqs', 'ioredis', 'prom-client', 'sonic-boom', 'undici', 'yaml', 'zod'];
    expect(receiver).toEqual(expect.arrayContaining([...both, 'ajv', 'express', 'jose']));
    expect(dispatcher).toEqual(expect.arrayContaining([...both, 'graphql', 'graphql-request', 'jsonata']));
    expect([
      ...dispatcher.filter((name) => name === 'express'),
      ...receiver.filter((name) => name === 'jsonata'),
    ]).toEqual([]);
  });
});

const nowhere = 'http://127.0.0.1:9';

async function start(folder: string, app: 'receiver' | 'dispatcher', gateway: object, more: Env): Promise<AppProcess> {
  const file = join(folder, `${app}.json`);
  await writeFile(file, JSON.stringify(gateway));
  await writeFile(join(folder, 'order.json'), JSON.stringify({ properties: { at: { format: 'date-time' } } }));
  const aws = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };
  const env = { EGW_CONFIG: file, EGW_TARGET: 'crm', REDIS_URL: 'redis://127.0.0.1:9', AWS_ENDPOINT_URL_SQS: nowhere };
  const ports = { PORT: '0', OPS_PORT: '0', HOST: '127.0.0.1', NODE_ENV: 'production' };
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: nowhere };
  return startApp(app, { ...aws, ...env, ...ports, ...traced, ...more }, join(folder, `${app}.js`));
}

const target = {
  queue: { url: `${nowhere}/0/crm`, deadLetterUrl: `${nowhere}/0/dead` },
  graphql: {
    endpoint: `${nowhere}/graphql`,
    mutation: 'mutation D($input: I!) { d(input: $input) { id } }',
    input: '{"a": id}',
  },
  limit: { windows: [{ calls: 1, per: '1s' }] },
};

/** With everything that is loaded by those alone who ask for it: schemas, tokens, the router, the SDK. */
async function triesReceiver(folder: string): Promise<void> {
  const auth = { allowAnonymous: true };
  const schemas = { 'order.created': 'order.json' };
  const receiver = await start(
    folder,
    'receiver',
    { auth, schemas, targets: { crm: target } },
    { EGW_SQS_CLIENT: 'sdk' },
  );
  try {
    const base = `http://127.0.0.1:${Number(receiver.listening['port'])}`;
    expect((await fetch(`${base}/openapi.json`)).status).toBe(200);
    const headers = { 'content-type': 'application/json' };
    const send = (data: object) =>
      fetch(`${base}/events`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ id: '1', type: 'order.created', ...data }),
      });
    const refused = await send({ at: 'never' });
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('/data/at')]);
    // The queue is not there, and is asked.
    expect((await send({})).status).toBe(503);
  } finally {
    expect(await receiver.stop()).toBe(0);
  }
  const jwt = { aws: { issuer: 'https://127.0.0.1:9/', audience: 'gateway', subjects: ['*'] } };
  const tokens = await start(folder, 'receiver', { auth: { jwt }, targets: { crm: target } }, {});
  expect(await tokens.stop()).toBe(0);
}

/** Signing, and the expression for the input. */
async function triesDispatcher(folder: string): Promise<void> {
  const signed = { ...target, graphql: { ...target.graphql, auth: { sigv4: { region: 'us-east-1' } } } };
  const gateway = { auth: { allowAnonymous: true }, targets: { crm: signed } };
  const dispatcher = await start(folder, 'dispatcher', gateway, {});
  await dispatcher.logged(({ msg }) => msg === 'queue.rules_unknown');
  expect(await dispatcher.stop()).toBe(0);
}

describe('npm run build', () => {
  it('makes programs that need no package beside them, with the licence of each that is in them', async () => {
    const { code, said } = await npmRun('build');
    expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('receiver, dispatcher, egw') });
    const licences = readFileSync('dist/LICENSES.txt', 'utf8').split(/\n\n─+\n\n/);
    // Some packages of AWS come without the text, which others bring.
    const bare = licences.filter((text) => text.split('\n').length < 5 && !text.includes('(Apache-2.0)'));
    expect(bare).toEqual([]);
    expect(licences.map((text) => /^\S+/.exec(text)?.[0])).toEqual(
      expect.arrayContaining(['express', 'graphql-request']),
    );

    const elsewhere = await mkdtemp(join(tmpdir(), 'egw-build-'));
    try {
      for (const file of globSync('dist/*.js')) await cp(file, join(elsewhere, basename(file)));
      await cp('dist/scripts', join(elsewhere, 'scripts'), { recursive: true });
      await writeFile(join(elsewhere, 'package.json'), '{"type":"module"}');
      const egw = spawn(process.execPath, [join(elsewhere, 'egw.js'), 'capacity', '--rate', '5', '--limit', '10/s'], {
        stdio: 'ignore',
      });
      const [ended] = (await once(egw, 'close')) as [number | null];
      expect(ended).toBe(0);
      await triesReceiver(elsewhere);
      await triesDispatcher(elsewhere);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });
});
