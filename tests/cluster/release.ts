import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kubernetes, Said } from './kubernetes.ts';
import { credentials, latencyMs, neighboursNamespace, queueUrl, targetNames, type TargetName } from './neighbours.ts';
import { repository } from '../conformance/tree.ts';

export const releaseName = 'event-gateway';
export const releaseNamespace = 'egw-test';
export const chart = `${repository}/charts/event-gateway`;

/** Calls at once of a dispatcher. */
const concurrency = 5;

/** How the gateway is installed for a scenario. */
export interface Settings {
  /** Calls a second that each target allows; those that are left out are not installed. */
  readonly limits: Limits;
  /** Values besides, as `values.yaml` spells them. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly chart?: string;
  /** Not to wait until its pods are ready, as some never are. */
  readonly noWait?: true;
}

export type Limits = Partial<Readonly<Record<TargetName, number>>>;

export interface Release {
  /** Installs or upgrades; an answer is also that Helm refuses. */
  readonly deploy: (settings: Settings) => Promise<Said>;
  readonly test: () => Promise<Said>;
  readonly uninstall: () => Promise<Said>;
}

/** ceil(calls a second × 2 × latency ÷ concurrency), as the chart's README has it. */
export function usefulPods(callsPerSecond: number): number {
  return Math.ceil((callsPerSecond * 2 * (latencyMs / 1_000)) / concurrency);
}

function targetValues(name: TargetName, calls: number): unknown {
  return {
    queue: { url: queueUrl(name), deadLetterUrl: queueUrl(`${name}-dead-letters`) },
    graphql: {
      endpoint: `http://${name}.${neighboursNamespace}.svc:4000/graphql`,
      allowPlainHttp: true,
      mutation: 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }',
    },
    limit: { windows: [{ calls, per: '1s' }], concurrency },
    latency: `${latencyMs}ms`,
  };
}

/** `folder` takes the values. The namespace is one that lets in nothing but restricted pods. */
export async function openRelease({ kubectl, run }: Kubernetes, folder: string): Promise<Release> {
  const name = releaseNamespace;
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
    { ...credentials, metadata: { ...credentials.metadata, namespace: name } },
  ];
  for (const item of items) await kubectl(['apply', '-f', '-'], JSON.stringify(item));
  const kindValues = join(folder, 'kind-values.yaml');
  const documented = await readFile(`${chart}/ci/kind-values.yaml`, 'utf8');
  await writeFile(kindValues, documented.replaceAll('local.svc', `${neighboursNamespace}.svc`));
  const images = Object.fromEntries(
    ['receiver', 'dispatcher'].map((app) => [app, { image: { repository: `event-gateway-${app}`, tag: 'test' } }]),
  );
  const imageValues = join(folder, 'images.json');
  await writeFile(imageValues, JSON.stringify(images));
  const helm = (...args: readonly string[]) => run('helm', [...args, '--namespace', name]);
  return {
    async deploy({ limits, values = {}, chart: folderOfChart = chart, noWait }) {
      const targets = Object.fromEntries(
        targetNames.flatMap((target) => {
          const calls = limits[target];
          return calls === undefined ? [] : [[target, targetValues(target, calls)]];
        }),
      );
      const settings = join(folder, 'settings.json');
      await writeFile(settings, JSON.stringify({ targets, ...values }));
      const files = [kindValues, `${repository}/k8s/values.yaml`, imageValues, settings];
      const valuesArgs = files.flatMap((file) => ['--values', file]);
      const wait = noWait ? [] : ['--wait', '--timeout', '120s'];
      return helm('upgrade', releaseName, folderOfChart, '--install', ...valuesArgs, ...wait);
    },
    test: () => helm('test', releaseName, '--timeout', '150s'),
    uninstall: () => helm('uninstall', releaseName, '--ignore-not-found', '--wait', '--timeout', '90s'),
  };
}
