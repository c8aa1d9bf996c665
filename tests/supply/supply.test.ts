import { existsSync, globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { judgeAudit } from '../../supply/judge-audit.ts';
import { npmRun } from './npm-run.ts';
import { allowedLicences, licenceExceptions } from '../../supply/licences.ts';

const flags = { dev: z.boolean().optional(), optional: z.boolean().optional(), devOptional: z.boolean().optional() };
const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        license: z.string().optional(),
        resolved: z.string().optional(),
        integrity: z.string().optional(),
        hasInstallScript: z.boolean().optional(),
        ...flags,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
const packages = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, of]) => ({ path, name: path.slice(path.lastIndexOf('node_modules/') + 13), ...of }));
/** What a user of the packages is given; the images leave out what is optional. */
const handedOn = packages.filter(({ dev, devOptional }) => dev !== true && devOptional !== true);
const own = z
  .object({
    allowScripts: z.record(z.string(), z.boolean()),
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    optionalDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

describe('the packages', () => {
  it('are named by one version each', () => {
    const all = { ...own.dependencies, ...own.devDependencies, ...own.optionalDependencies };
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('are held to their contents by the lockfile, and come from the registry alone', () => {
    expect(packages.filter(({ integrity = '' }) => !integrity.startsWith('sha512-')).map(({ path }) => path)).toEqual(
      [],
    );
    const elsewhere = packages.filter(
      ({ resolved = 'https://registry.npmjs.org/' }) => !resolved.startsWith('https://registry.npmjs.org/'),
    );
    expect(elsewhere).toEqual([]);
  });

  it('run no program while they are installed: each that would is named, and refused', () => {
    const would = packages.filter(({ hasInstallScript }) => hasInstallScript === true).map(({ name }) => name);
    expect(own.allowScripts).toEqual(Object.fromEntries([...new Set(would)].map((name) => [name, false])));
    expect(readFileSync('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });

  it('stand under a licence that is allowed, in the lockfile and in themselves', () => {
    const isBorne = (name: string, licence: unknown) =>
      name in licenceExceptions || (typeof licence === 'string' && allowedLicences.includes(licence));
    const inLock = handedOn.filter(({ name, license }) => !isBorne(name, license));
    const manifests = handedOn.map(({ path }) => `${path}/package.json`).filter((file) => existsSync(file));
    const inThemselves = manifests.filter((file) => {
      const { name, license } = JSON.parse(readFileSync(file, 'utf8')) as { name: string; license: unknown };
      return !isBorne(name, license);
    });
    expect(manifests.length).toBeGreaterThan(50);
    expect({ inLock, inThemselves }).toEqual({ inLock: [], inThemselves: [] });
    expect(Object.keys(licenceExceptions).filter((name) => !handedOn.some((each) => each.name === name))).toEqual([]);
  });

  it('come into images by npm ci alone, without scripts', () => {
    const installs = globSync('{Dockerfile.*,k8s/Dockerfile.*}').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/npm (ci|i|install|add)\b.*$/gm)].map(([line]) => line),
    );
    expect(installs.length).toBeGreaterThan(0);
    expect(installs.filter((line) => !/^npm ci .*--ignore-scripts/.test(line))).toEqual([]);
  });
});

function lastStageOf(app: string): string {
  const text = readFileSync(`Dockerfile.${app}`, 'utf8');
  return text.slice(text.lastIndexOf('\nFROM ') + 1);
}

describe('the images', () => {
  it('end on a base without a shell or a package manager, as a user who is not root', () => {
    for (const app of ['receiver', 'dispatcher']) {
      const last = lastStageOf(app);
      expect(last).toMatch(/^FROM gcr\.io\/distroless\/nodejs\$\{NODE\}-debian\d+:nonroot /);
      expect(last).toMatch(/^USER 65532:65532$/m);
    }
  });

  it('hold what Node compiled of the very command that they run', () => {
    for (const app of ['receiver', 'dispatcher']) {
      const text = readFileSync(`Dockerfile.${app}`, 'utf8');
      const warmed = /^RUN \["\/nodejs\/bin\/node", "\/warm\/warm.ts", "\/tmp\/cache", (.*)\]$/m.exec(text)?.[1];
      expect(text).toContain(`\nCMD [${warmed ?? 'nothing'}]\n`);
      expect(text).toMatch(/^COPY --from=warm \/tmp\/cache \/app\/cache$/m);
      expect(text).toMatch(/^ENV .*NODE_COMPILE_CACHE=\/app\/cache$/m);
    }
  });

  it('give Node what npm run gives it', () => {
    for (const app of ['receiver', 'dispatcher'] as const) {
      const [, command = ''] = /^CMD \[(.*)\]$/m.exec(lastStageOf(app)) ?? [];
      const given = packageJson.scripts[app].split(' ').filter((word) => word.startsWith('--'));
      const inImage = command.split(', ').map((word) => JSON.parse(word) as string);
      expect(inImage.slice(0, inImage.indexOf('--import'))).toEqual(given);
    }
  });
});

describe('npm run audit', () => {
  /** What the registry says of one package, or that it takes no questions. */
  let advisories: object | undefined;
  const registry = createServer((request, response) => {
    request.resume();
    if (advisories === undefined) response.writeHead(405).end();
    else if (request.method === 'POST') response.end(JSON.stringify(advisories));
    else response.writeHead(404).end('{}');
  });
  beforeAll(() => new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve)));
  afterAll(async () => {
    registry.closeAllConnections();
    await new Promise((resolve) => registry.close(resolve));
  });
  const audit = () =>
    npmRun('audit', { npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/` });
  // npm keeps what it once heard of an advisory of the same number.
  let number = 0;
  const advisory = (severity: string) => ({
    express: [
      {
        id: ++number,
        url: 'https://github.com/advisories/GHSA-test',
        title: 'a fault',
        severity,
        vulnerable_versions: '*',
      },
    ],
  });

  it('fails on an advisory of high or above, and tells of one below', async () => {
    advisories = advisory('high');
    expect(await audit()).toMatchObject({
      code: 1,
      said: expect.stringContaining('high: express: a fault (GHSA-test)'),
    });
    advisories = advisory('moderate');
    expect(await audit()).toMatchObject({ code: 0, said: expect.stringContaining('moderate: express: a fault') });
    advisories = {};
    expect(await audit()).toMatchObject({ code: 0, said: 'No advisory of high or above that is not borne.\n' });
  });

  it('never passes off as clean what nobody looked up', async () => {
    advisories = undefined;
    const { code, said } = await audit();
    expect(code).toBe(2);
    expect(said).toContain('NOT CHECKED: no package of package-lock.json was looked up');
    expect(judgeAudit('', [], '2027-01-01')).toMatchObject({ kind: 'not checked' });
  });

  it('bears what is listed until its day, and nothing that is not there any more', () => {
    const via = [{ source: 1, name: 'express', title: 'a fault', url: 'https://x/GHSA-test', severity: 'critical' }];
    const said = JSON.stringify({ vulnerabilities: { express: { via }, ours: { via: ['express'] } } });
    const borne = { advisory: 'GHSA-test', package: 'express', until: '2027-01-31', reason: 'not reached' };
    expect(judgeAudit(said, [borne], '2027-01-31')).toMatchObject({ kind: 'clean' });
    expect(judgeAudit(said, [borne], '2027-02-01')).toMatchObject({ kind: 'failed' });
    expect(judgeAudit(said, [{ ...borne, package: 'qs' }], '2027-01-01')).toMatchObject({ kind: 'failed' });
    expect(judgeAudit('{"vulnerabilities":{}}', [borne], '2027-01-01')).toMatchObject({ kind: 'failed' });
  });
});

describe('renovate.json', () => {
  it('pins, groups, and asks for the AWS SDK once a week', () => {
    const read = z.looseObject({
      extends: z.array(z.string()),
      rangeStrategy: z.string(),
      packageRules: z.array(z.unknown()),
    });
    const renovate = read.parse(JSON.parse(readFileSync('renovate.json', 'utf8')));
    expect(renovate).toMatchObject({ extends: expect.arrayContaining(['docker:pinDigests']), rangeStrategy: 'pin' });
    expect(renovate.packageRules).toContainEqual(
      expect.objectContaining({ groupName: 'AWS SDK', schedule: ['before 6am on monday'] }),
    );
  });
});
