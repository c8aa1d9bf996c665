import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { alerts } from '../../observability/alerts.ts';
import { dashboards } from '../../observability/all.ts';
import { asWritten } from '../../observability/rule.ts';
import { atLeast, atMost } from '../conformance/proof.ts';
import { startApp } from '../support/process.ts';
import { alertCases } from './alert-cases.ts';
import { burnCases } from './burn-cases.ts';
import { spanText, type Span } from './otlp.ts';
import { checkRules, promtool, readPrometheusVersion, testAlerts } from './promtool.ts';
import type { Findings } from './runs.ts';
import type { World } from './world.ts';

const told = (what: string, list: readonly string[]) =>
  list.length === 0 ? what : `${what}: ${list.slice(0, 5).join('; ')}`;

/** Each alert, both ways, by promtool. */
export async function lookAtAlerts(): Promise<Findings> {
  const checked = await checkRules();
  const results = await testAlerts([...alertCases, ...burnCases]);
  const wrong = results.filter(({ said }) => !said.ok).map(({ alertCase, said }) => `${alertCase.alert} ${said.text}`);
  const names = new Set(alerts(asWritten).map(({ alert }) => alert));
  const tested = new Set(results.map(({ alertCase }) => alertCase.alert));
  const untested = [...names].filter((name) => !tested.has(name));
  return {
    bounds: [
      atMost(told('rules that promtool refuses', checked.ok ? [] : [checked.text]), checked.ok ? 0 : 1, 0),
      atMost(told('cases that went wrong', wrong), wrong.length, 0),
      atMost(told('alerts without a case', untested), untested.length, 0),
    ],
    figures: { alerts: names.size, cases: results.length, prometheus: await readPrometheusVersion() },
  };
}

/** Names, types and series of what the apps tell, by promtool. */
export async function lookAtMetrics({ gateway }: World): Promise<Findings> {
  // The linter reads the text format, which apps that name traces beside their figures do not write.
  const env = Object.fromEntries(Object.entries(gateway.env).filter(([name]) => !name.startsWith('OTEL_')));
  const faults: string[] = [];
  const series: Record<string, number> = {};
  for (const app of ['receiver', 'dispatcher']) {
    const plain = await startApp(app, env);
    const text = await plain.metrics();
    await plain.stop();
    const said = await promtool(['check', 'metrics'], text);
    // Node's own names are prom-client's.
    faults.push(...said.text.split('\n').filter((line) => line.startsWith('eventgw_')));
    series[app] = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  }
  return { bounds: [atMost(told('faults that the linter finds', faults), faults.length, 0)], figures: { ...series } };
}

/** As Grafana fills them in: all of everything, and four scrapes. */
function filledIn(expr: string): string {
  return expr.replaceAll('$namespace', '.*').replaceAll('$target', '.*').replaceAll('$__rate_interval', '4s');
}

/** Every query of every panel, over all that was recorded since. */
export async function lookAtPanels({ prometheus }: World, fromEpochMs: number): Promise<Findings> {
  const broken: string[] = [];
  const empty: string[] = [];
  let queries = 0;
  let panels = 0;
  for (const { id, rows } of dashboards) {
    for (const panel of rows.flatMap((row) => row.panels)) {
      panels++;
      let points = 0;
      for (const { expr } of panel.queries) {
        queries++;
        try {
          const series = await prometheus.queryRange(filledIn(expr), fromEpochMs, Date.now(), 5);
          const isNumber = ([, value]: readonly [number, string]) => value !== 'NaN';
          const found = series.reduce((sum, { values }) => sum + values.filter(isNumber).length, 0);
          if (found === 0) empty.push(`${id}/${panel.title} ${expr}`);
          points += found;
        } catch (error) {
          broken.push(`${id}/${panel.title}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      if (points === 0) empty.push(`${id}/${panel.title}`);
    }
  }
  return {
    bounds: [
      atMost(told('queries with an error', broken), broken.length, 0),
      atMost(told('without data', empty), empty.length, 0),
    ],
    figures: { panels, queries },
  };
}

/** Every query that a runbook shows, a line each in a block of `promql`. */
export async function lookAtRunbooks({ prometheus }: World): Promise<Findings> {
  const broken: string[] = [];
  let queries = 0;
  const files = globSync('docs/runbooks/*.md');
  for (const file of files) {
    const blocks = readFileSync(file, 'utf8').matchAll(/```promql\n([\s\S]*?)```/g);
    for (const expr of [...blocks].flatMap(([, block = '']) => block.trim().split('\n'))) {
      queries++;
      try {
        await prometheus.query(expr);
      } catch (error) {
        broken.push(`${basename(file)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return {
    bounds: [atMost(told('queries with an error', broken), broken.length, 0)],
    figures: { runbooks: files.length, queries },
  };
}

/** The traces that were kept: each is whole, and metrics lead to them. */
export async function lookAtTraces({ collector, prometheus, accepted }: World, fromEpochMs: number): Promise<Findings> {
  const byTrace = Map.groupBy(collector.spans, ({ traceId }) => traceId);
  const hasAll = (spans: readonly Span[]) => {
    const named = (name: string) => spans.find((span) => span.name === name);
    const [server, create, trip] = [named('POST /events'), named('create events'), named('process events')];
    // An event that had to wait is received again: each of its trips is a part of the trace.
    const trips = new Set(spans.filter(({ name }) => name === 'process events').map(({ spanId }) => spanId));
    const calls = spans.filter(({ name }) => name === 'POST');
    const isCalled = calls.length > 0 && calls.every(({ parentId }) => trips.has(parentId));
    return create?.parentId === server?.spanId && trip?.parentId === create?.spanId && isCalled;
  };
  const delivered = [...byTrace.values()].filter((spans) =>
    spans.some(({ name, attributes }) => name === 'process events' && attributes['eventgw.outcome'] === 'delivered'),
  );
  const torn = delivered.filter((spans) => !hasAll(spans)).length;
  const exemplars = (await prometheus.api('query_exemplars', {
    query: 'eventgw_event_end_to_end_seconds_bucket',
    start: String(fromEpochMs / 1_000),
    end: String(Date.now() / 1_000),
  })) as readonly { exemplars: readonly { labels: { trace_id?: string } }[] }[];
  const ids = exemplars.flatMap((each) => each.exemplars.map(({ labels }) => labels.trace_id ?? ''));
  const unknown = ids.filter((id) => !byTrace.has(id));
  return {
    bounds: [
      atLeast('traces from the request to the target', delivered.length, 20),
      atMost('traces that are torn', torn, 0),
      atLeast('exemplars', ids.length, 5),
      atMost('exemplars without a trace', unknown.length, 0),
    ],
    figures: {
      spans: collector.spans.length,
      'part of the events': Number((delivered.length / Math.max(1, accepted())).toFixed(2)),
    },
  };
}

/** Payloads, keys and credentials in what anybody may read. */
export async function lookForSecrets(world: World): Promise<Findings> {
  const { gateway, collector, secrets, prometheus } = world;
  const apps = [gateway.receiver, ...gateway.dispatchers];
  const lines = apps.flatMap(({ log }) => log.map((line) => JSON.stringify(line)));
  const metrics = await Promise.all(apps.map((app) => app.metrics()));
  const names = (await prometheus.api('labels')) as readonly string[];
  for (const name of names) metrics.push(JSON.stringify(await prometheus.api(`label/${name}/values`)));
  const spans = collector.spans.map(spanText);
  const arrived = (await gateway.effects()).filter(({ input }) =>
    secrets.some((secret) => input.includes(secret)),
  ).length;
  const leaks = (texts: readonly string[]) =>
    texts.filter((text) => secrets.some((secret) => text.includes(secret))).length;
  return {
    bounds: [
      atMost('log lines with a secret', leaks(lines), 0),
      atMost('metrics with a secret', leaks(metrics), 0),
      atMost('spans with a secret', leaks(spans), 0),
      atLeast('log lines', lines.length, 1_000),
      // Else there was nothing to be found.
      atLeast('payloads that arrived with one', arrived, 1),
    ],
    figures: { lines: lines.length, spans: spans.length },
  };
}
