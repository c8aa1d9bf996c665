import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * `npm run sbom`: what npm packages each image holds, as CycloneDX, into dist/sbom. Both images install the same packages
 * from the same lockfile, so the lists differ by their subject alone. Node and the system below it come with the base image,
 * which its builder lists.
 */
const { stdout, status } = spawnSync(
  'npm',
  ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--omit', 'optional'],
  {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 2 ** 20,
    shell: process.platform === 'win32',
  },
);
if (status !== 0) throw new Error(`npm sbom ended with ${status ?? 'a signal'}`);

const ref = z.string();
const bom = z.looseObject({
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': ref, version: z.string() }) }),
  dependencies: z.array(z.looseObject({ ref })),
});
const { metadata, dependencies, ...rest } = bom.parse(JSON.parse(stdout));
const { 'bom-ref': whole, version, licenses } = metadata.component;

mkdirSync('dist/sbom', { recursive: true });
for (const app of ['receiver', 'dispatcher']) {
  const name = `event-gateway-${app}`;
  const component = { 'bom-ref': `${name}@${version}`, type: 'container', name, version, licenses };
  const own = dependencies.map((each) => (each.ref === whole ? { ...each, ref: component['bom-ref'] } : each));
  const file = `dist/sbom/${name}.cdx.json`;
  const serialNumber = `urn:uuid:${crypto.randomUUID()}`;
  const sbom = { ...rest, serialNumber, metadata: { ...metadata, component }, dependencies: own };
  writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
  console.log(file);
}
