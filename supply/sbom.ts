import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * `npm run sbom`: what npm packages each image holds, as CycloneDX, into dist/sbom. Both images install the same packages
 * from the same lockfile, so the lists differ by their subject alone. Node and the system below it come with the base image,
 * which its builder lists.
 *
 * npm is asked for all packages: with `--omit dev` it leaves out those that the tests need as well, such as pino.
 */
const { stdout, status } = spawnSync('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
  maxBuffer: 64 * 2 ** 20,
  // npm is a script of the shell on Windows.
  shell: process.platform === 'win32',
});
if (status !== 0) throw new Error(`npm sbom ended with ${status ?? 'a signal'}`);

const flag = z.boolean().default(false);
const locked = z.object({ version: z.string().optional(), dev: flag, optional: flag, devOptional: flag });
const lock = z
  .object({ packages: z.record(z.string(), locked) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
/** As `npm ci --omit=dev --omit=optional` installs them. */
const installed = new Set(
  Object.entries(lock.packages)
    .filter(([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional)
    .map(([path, { version = '' }]) => `pkg:npm/${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`),
);
const bom = z.looseObject({
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string(), version: z.string() }) }),
  components: z.array(z.looseObject({ 'bom-ref': z.string(), purl: z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});
const { metadata, components: all, dependencies: edges, ...rest } = bom.parse(JSON.parse(stdout));
const { 'bom-ref': whole, version, licenses } = metadata.component;

const components = all.filter(({ purl }) => installed.has(decodeURIComponent(purl)));
const held = new Set(components.map((each) => each['bom-ref']));

mkdirSync('dist/sbom', { recursive: true });
for (const app of ['receiver', 'dispatcher']) {
  const name = `event-gateway-${app}`;
  const component = { 'bom-ref': `${name}@${version}`, type: 'container', name, version, licenses };
  const dependencies = edges
    .filter(({ ref }) => ref === whole || held.has(ref))
    .map(({ ref, dependsOn, ...more }) => ({
      ...more,
      ref: ref === whole ? component['bom-ref'] : ref,
      dependsOn: dependsOn.filter((each) => held.has(each)),
    }));
  const file = `dist/sbom/${name}.cdx.json`;
  const serialNumber = `urn:uuid:${crypto.randomUUID()}`;
  const sbom = { ...rest, serialNumber, metadata: { ...metadata, component }, components, dependencies };
  writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
  console.log(file);
}
