import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { atLeast, atMost } from '../../conformance/proof.ts';
import { type Scenario } from '../scenario.ts';
import { chart, releaseName, releaseNamespace } from '../release.ts';
import type { World } from '../world.ts';

/**
 * Definitions that not every cluster has: ServiceMonitor and PodMonitor of prometheus-operator 0.85.0, HTTPRoute of
 * gateway-api 1.4.0 (standard channel), without their descriptions.
 */
const definitions = globSync(`${import.meta.dirname}/../crds/*.json`).sort();

const established = ['wait', 'crd', '--for=condition=Established', '--timeout=30s'];

export const accepted: Scenario = {
  name: 'accepted',
  does: 'the API server, with the definitions of KEDA, Prometheus and Gateway API, checks every set of values strictly',
  short: true,
  async play(world) {
    const added = await addDefinitions(world);
    try {
      const sets = globSync(`${chart}/ci/*.yaml`).sort();
      const checks = [];
      for (const file of sets) checks.push({ file, ...(await check(world, file)) });
      return {
        bounds: checks.flatMap(({ file, objects, complaints }) => {
          const name = basename(file, '-values.yaml');
          return [
            atLeast(`${name}: objects`, objects, 1),
            ...complaints.map((line) => ({ name, figure: null, bound: line, ok: false })),
            atMost(`${name}: complaints`, complaints.length, 0),
          ];
        }),
        figures: { 'value sets': sets.length, objects: checks.reduce((sum, { objects }) => sum + objects, 0) },
      };
    } finally {
      if (added.length > 0) await world.kubernetes.kubectl(['delete', 'crd', ...added]);
    }
  },
};

/** Those that are missing; resolves with their names. */
async function addDefinitions({ kubernetes: { kubectl, run } }: World): Promise<readonly string[]> {
  const added: string[] = [];
  for (const file of definitions) {
    const isThere = (await run('kubectl', ['get', '-f', file])).ok;
    if (!isThere) added.push((await kubectl(['create', '-f', file, '-o', 'jsonpath={.metadata.name}'])).trim());
  }
  if (added.length > 0) await kubectl([...established, ...added]);
  return added;
}

async function check({ kubernetes: { run } }: World, file: string): Promise<{ objects: number; complaints: string[] }> {
  const rendered = await run('helm', ['template', releaseName, chart, '--namespace', releaseNamespace, '-f', file]);
  if (!rendered.ok) return { objects: 0, complaints: [rendered.text.trim()] };
  const strict = ['apply', '-n', releaseNamespace, '--dry-run=server', '--validate=strict', '-f', '-'];
  const { text } = await run('kubectl', strict, rendered.stdout);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const isTaken = (line: string) => line.endsWith('(server dry run)');
  return { objects: lines.filter(isTaken).length, complaints: lines.filter((line) => !isTaken(line)) };
}
