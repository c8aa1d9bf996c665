import type { MetricSpec } from '../apps/shared/metrics.ts';
import { metricTables } from './all.ts';

function labelsOf({ labels }: MetricSpec): string {
  const known = {
    target: 'a target of the configuration',
    source: 'metrics.sources, or other',
    key: 'of the file of the API keys',
    build: 'one',
  };
  const said = Object.entries(labels).map(([name, values]) => {
    if (typeof values === 'string') return `\`${name}\` (${known[values]})`;
    return values.length > 12 ? `\`${name}\` (${values.length} values)` : `\`${name}\` (${values.join(', ')})`;
  });
  return said.join('; ');
}

/** docs/metrics.md. */
export function metricsPage(): string {
  const rowsOf = (metrics: (typeof metricTables)[number]['metrics']) =>
    metrics.map(([name, spec]) => `| \`${name}\` | ${spec.type} | ${spec.help} | ${labelsOf(spec)} |`);
  return [
    '# Metrics',
    '',
    'What the apps tell at `/metrics` of their ops port, from the tables in `apps/*/metrics.ts`; `npm run observability` writes',
    'this page. Labels hold closed lists and names of the configuration only, so that nobody outside can make up series. Counters',
    'and histograms begin at 0. Besides, there are the `process_*` and `nodejs_*` metrics of prom-client.',
    ...metricTables.flatMap(({ title, metrics }) => [
      '',
      `## ${title}`,
      '',
      '| metric | type | what it is | labels |',
      '|---|---|---|---|',
      ...rowsOf(metrics),
    ]),
    '',
  ].join('\n');
}
