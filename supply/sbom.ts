import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { bundle, type ProgramName } from './bundle.ts';

/**
 * `npm run sbom`: what npm packages each image holds, as CycloneDX, into dist/sbom: those that its files come from, by the
 * bundler. Node and the system below it come with the base image, which its builder lists.
 *
 * npm is asked for all packages: with `--omit dev` it leaves out those that the tests need as well, such as sonic-boom.
 */
const { stdout, status } = spawnSync('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
  maxBuffer: 64 * 2 ** 20,
  // npm is a script of the shell on Windows.
  shell: process.platform === 'win32',
});
if (status !== 0) throw new Error(`npm sbom ended with ${status ?? 'a signal'}`);

const bom = z.looseObject({
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string(), version: z.string() }) }),
  components: z.array(z.looseObject({ 'bom-ref': z.string(), purl: z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});
const { metadata, components: all, dependencies: edges, ...rest } = bom.parse(JSON.parse(stdout));
const { 'bom-ref': whole, version, licenses } = metadata.component;

/** What the images are made of, as their Dockerfiles build it. */
const images: Readonly<Record<string, readonly ProgramName[]>> = {
  receiver: ['receiver'],
  dispatcher: ['dispatcher', 'egw'],
};

function purlOf(folder: string): string {
  const { name, version } = z
    .object({ name: z.string(), version: z.string() })
    .parse(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')));
  return `pkg:npm/${name}@${version}`;
}

mkdirSync('dist/sbom', { recursive: true });
for (const [app, names] of Object.entries(images)) {
  const { packages } = await bundle(names, undefined);
  const purls = new Set(packages.map(purlOf));
  const components = all.filter(({ purl }) => purls.has(decodeURIComponent(purl)));
  const held = new Set(components.map((each) => each['bom-ref']));
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
