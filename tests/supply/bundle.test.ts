import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
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
    const both = ['@aws-sdk/client-sqs', 'ioredis', 'pino', 'prom-client', 'undici', 'yaml', 'zod'];
    expect(receiver).toEqual(expect.arrayContaining([...both, 'ajv', 'express', 'jose']));
    expect(dispatcher).toEqual(expect.arrayContaining([...both, 'graphql', 'graphql-request', 'jsonata']));
    expect([
      ...dispatcher.filter((name) => name === 'express'),
      ...receiver.filter((name) => name === 'jsonata'),
    ]).toEqual([]);
  });
});

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
      await writeFile(join(elsewhere, 'package.json'), '{"type":"module"}');
      const egw = spawn(process.execPath, [join(elsewhere, 'egw.js'), 'capacity', '--rate', '5', '--limit', '10/s'], {
        stdio: 'ignore',
      });
      const [ended] = (await once(egw, 'close')) as [number | null];
      expect(ended).toBe(0);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });
});
