import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse as parseYaml } from 'yaml';

const read = (file: string) => readFileSync(file, 'utf8');

interface Collector {
  readonly receivers: {
    readonly prometheus: {
      readonly config: {
        readonly scrape_configs: readonly {
          readonly relabel_configs: readonly object[];
          readonly metric_relabel_configs: readonly { readonly regex: string }[];
        }[];
      };
    };
  };
  readonly exporters: {
    readonly awsemf: {
      readonly metric_declarations: readonly {
        readonly dimensions: readonly (readonly string[])[];
        readonly metric_name_selectors: readonly string[];
      }[];
    };
  };
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  };
}

describe('the collector', () => {
  const module = 'infrastructure/modules/observability';
  const text = read(`${module}/collector.yaml`);
  const collector = parseYaml(text) as Collector;
  const labelsOf = new Map(
    [...read('docs/metrics.md').matchAll(/^\| `(\w+)` \|[^|]*\|[^|]*\|([^|]*)\|$/gm)].map(
      ([, name = '', labels = '']) => [name, [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label)],
    ),
  );
  const declared = collector.exporters.awsemf.metric_declarations.flatMap(({ dimensions, metric_name_selectors }) =>
    metric_name_selectors.map((selector) => ({
      name: selector.replace(/^\^|\$$/g, ''),
      dimensions: dimensions.map((each) => each.toSorted().join(' ')),
    })),
  );

  it('brings metrics that the apps have, by labels that they have', () => {
    expect(declared.length).toBeGreaterThan(0);
    const unknown = declared.filter(({ name, dimensions }) =>
      dimensions.some((each) => each.split(' ').some((label) => labelsOf.get(name)?.includes(label) !== true)),
    );
    expect(unknown).toEqual([]);
  });

  it('keeps what it declares, and nothing else', () => {
    const [config] = collector.receivers.prometheus.config.scrape_configs;
    const [, names = ''] = /^eventgw_\((.*)\)$/.exec(config?.metric_relabel_configs[0]?.regex ?? '') ?? [];
    const kept = names.split('|').map((name) => `eventgw_${name}`);
    expect(kept.toSorted()).toEqual(declared.map(({ name }) => name).toSorted());
  });

  it('brings each metric that an alarm or the dashboard asks for, by the dimensions that it is asked for by', () => {
    const sources = `${read(`${module}/alarms.tf`)}\n${read(`${module}/dashboard.tf`)}`;
    const alarms = [...sources.matchAll(/metric_name +=\s+"(eventgw_\w+)"\n\s+dimensions +=\s+\{ (.*) \}/g)].map(
      ([, name = '', dimensions = '']) => ({
        name,
        dimensions: [...dimensions.matchAll(/(\w+) = /g)]
          .map(([, label]) => label)
          .toSorted()
          .join(' '),
      }),
    );
    const lines = [...sources.matchAll(/\[local\.metric_namespace, "(eventgw_\w+)", (.*?), \{/g)].map(
      ([, name = '', rest = '']) => ({
        name,
        dimensions: rest
          .split(', ')
          .filter((_, at) => at % 2 === 0)
          .map((label) => label.replaceAll('"', ''))
          .toSorted()
          .join(' '),
      }),
    );
    expect(alarms).toHaveLength(4);
    expect(lines).toHaveLength(4);
    const missing = [...alarms, ...lines].filter(
      ({ name, dimensions }) => !declared.some((each) => each.name === name && each.dimensions.includes(dimensions)),
    );
    expect(missing).toEqual([]);
  });

  it('is made of parts that it configures, with the variables that the module tells', () => {
    const parts = collector as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    const unknown = Object.values(collector.service.pipelines).flatMap((pipeline) =>
      Object.entries(pipeline).flatMap(([kind, names]) => names.filter((name) => !(name in (parts[kind] ?? {})))),
    );
    expect(unknown).toEqual([]);
    const asked = new Set([...text.matchAll(/\$\{env:(\w+)\}/g)].map(([, name = '']) => name));
    const [, told = ''] = /output "collector_environment" \{([\s\S]*?)\n\}/.exec(read(`${module}/outputs.tf`)) ?? [];
    const named = [...told.matchAll(/^ {4}(\w+) +=/gm)].map(([, name = '']) => name);
    expect([...asked].toSorted()).toEqual([...named, 'EGW_NAMESPACE'].toSorted());
  });

  it('finds pods by the label and the port that the chart gives them', () => {
    const chart = globSync('charts/event-gateway/templates/**/*.{tpl,yaml}').map(read).join('\n');
    expect(chart).toContain('app.kubernetes.io/part-of: event-gateway');
    expect(chart).toContain('"name" "ops"');
    const [config] = collector.receivers.prometheus.config.scrape_configs;
    expect(config?.relabel_configs).toEqual([
      {
        action: 'keep',
        source_labels: ['__meta_kubernetes_pod_label_app_kubernetes_io_part_of'],
        regex: 'event-gateway',
      },
      { action: 'keep', source_labels: ['__meta_kubernetes_pod_container_port_name'], regex: 'ops' },
    ]);
  });
});

describe('the alarms', () => {
  it('lead to runbooks that exist', () => {
    const text = read('infrastructure/modules/observability/alarms.tf');
    const named = [...text.matchAll(/runbooks\}\/(\w+\.md)/g)].map(([, file = '']) => file);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((file) => !existsSync(`docs/runbooks/${file}`))).toEqual([]);
  });

  it('count as our faults what the objective counts', () => {
    const [, list = ''] = /faults = \[(.*)\]/.exec(read('infrastructure/modules/observability/alarms.tf')) ?? [];
    const faults = [...list.matchAll(/"(\w+)"/g)].map(([, name]) => name).join('|');
    expect(read('observability/objectives.ts')).toContain(`const ours = '${faults}'`);
  });
});
