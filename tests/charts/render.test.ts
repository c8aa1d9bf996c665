import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { readGatewayConfig } from '../../apps/shared/config.ts';
import { limit as limitSchema } from '../../apps/shared/limit-config.ts';
import { usefulReplicas } from '../../apps/shared/useful-replicas.ts';
import { chart, render, renderText, type Manifest } from './render.ts';

const sets = globSync(`${chart}/ci/*-values.yaml`).toSorted();

interface PodSpec {
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly automountServiceAccountToken: boolean;
  readonly containers: readonly {
    readonly image: string;
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly resources: { readonly requests?: object; readonly limits?: object };
  }[];
}

const podsOf = (manifests: readonly Manifest[]): readonly PodSpec[] =>
  manifests.flatMap(({ kind, spec }) => {
    if (kind === 'Pod') return [spec as PodSpec];
    return kind === 'Deployment' ? [(spec as { template: { spec: PodSpec } }).template.spec] : [];
  });

describe.each(sets.map((file) => [basename(file), file] as const))('the values of %s', (_name, file) => {
  let manifests: readonly Manifest[];
  beforeAll(async () => {
    manifests = await render([file]);
  });

  it('render as they did', async () => {
    // Each run of the test pod sends an event of its own.
    const text = await renderText([file]);
    const asAlways = text.replace(/"id":"[0-9a-f-]{36}"/, '"id":"…"');
    // What rules and dashboards hold is held to their tables by a test of its own.
    const withoutFiles = asAlways
      .replaceAll(/( {2}event-gateway-\w+\.json: \|\n)(?: {4}.*\n)+/g, '$1')
      .replace(/(kind: PrometheusRule\n[\s\S]*?\n {2}groups:\n)[\s\S]*?(?=\n---|$)/, '$1');
    expect(withoutFiles).toMatchSnapshot();
  });

  it('make a configuration that the apps take', () => {
    const config = manifests.find(({ data }) => data?.['gateway.yaml'] !== undefined);
    expect(readGatewayConfig(config?.data?.['gateway.yaml'] ?? '')).toMatchObject({ ok: true });
  });

  it('make pods that restricted pod security lets in, with bounded memory and a fixed image', () => {
    const pods = podsOf(manifests);
    expect(pods.length).toBeGreaterThan(2);
    for (const pod of pods) {
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(pod.automountServiceAccountToken).toBe(false);
      for (const { image, securityContext, resources } of pod.containers) {
        expect(image).toMatch(/:\d|@sha256:/);
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources).toMatchObject({ requests: {}, limits: { memory: expect.any(String) } });
      }
    }
  });

  it('give each object a name of its own, labels, and the namespace', () => {
    const names = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { kind, metadata } of manifests.filter(({ metadata: { name } }) => name !== 'egw-owner')) {
      expect({ kind, labels: metadata.labels, namespace: metadata.namespace }).toMatchObject({
        labels: { 'app.kubernetes.io/instance': 'egw', 'app.kubernetes.io/part-of': 'event-gateway' },
        namespace: 'events',
      });
    }
  });
});

describe('the chart', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'egw-chart-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('allows as many dispatchers as the receiver finds useful', async () => {
    const limits = [1, 3, 5, 50, 333, 2_000].flatMap((calls) =>
      ['100ms', '1s', '7s'].flatMap((per) =>
        [1, 4, 5, 20].map((concurrency) => ({ windows: [{ calls, per }], concurrency })),
      ),
    );
    const latencies = ['1ms', '50ms', '400ms', '1s', '9s'];
    const targets = Object.fromEntries(
      limits.map((limit, i) => [
        `t${i}`,
        {
          queue: { url: `https://sqs/1/q${i}`, deadLetterUrl: `https://sqs/1/d${i}` },
          graphql: {
            endpoint: 'https://example.com/graphql',
            mutation: 'mutation ($input: I!) { a(input: $input) { id } }',
          },
          limit: { ...limit, ...(i % 3 === 0 ? { maxInFlight: 7 } : {}) },
          latency: latencies[i % latencies.length],
        },
      ]),
    );
    const values = join(folder, 'values.yaml');
    writeFileSync(
      values,
      stringify({ auth: { existingSecret: 'k' }, aws: { region: 'eu-west-1' }, redis: { url: 'redis://r' }, targets }),
    );
    const scaled = (await render([values])).filter(({ kind }) => kind === 'ScaledObject');
    expect(scaled).toHaveLength(limits.length);
    const msOf = { '1ms': 1, '50ms': 50, '400ms': 400, '1s': 1_000, '9s': 9_000 };
    for (const { metadata, spec } of scaled) {
      const { limit, latency } = targets[metadata.labels['event-gateway/target'] ?? ''] ?? {};
      const useful = usefulReplicas(limitSchema.parse(limit), msOf[latency as keyof typeof msOf]);
      expect({ ...metadata.labels, max: (spec as { maxReplicaCount: number }).maxReplicaCount }).toMatchObject({
        max: useful,
      });
    }
  });

  it('has a README that tells its values as they are', async () => {
    const { stdout } = await promisify(execFile)('helm-docs', [
      '--chart-search-root',
      chart,
      '--dry-run',
      '--log-level',
      'error',
    ]);
    expect(readFileSync(`${chart}/README.md`, 'utf8').trim()).toBe(stdout.trim());
  });

  it('installs nothing without a target', async () => {
    expect(await render([])).toEqual([]);
  });
});
