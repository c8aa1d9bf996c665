import { dispatcherMetrics } from '../apps/dispatcher/metrics.ts';
import { receiverMetrics } from '../apps/receiver/metrics.ts';
import { commonMetrics, type MetricSpec } from '../apps/shared/metrics.ts';
import { alerts } from './alerts.ts';
import { ingest } from './dashboards/ingest.ts';
import { internals } from './dashboards/internals.ts';
import { overview } from './dashboards/overview.ts';
import { target } from './dashboards/target.ts';
import { serviceLevelRecordings } from './objectives.ts';
import type { Dashboard } from './panel.ts';
import { objectiveRecordings, recordings } from './recordings.ts';
import type { Objectives, RuleGroup, Span } from './rule.ts';

export const dashboards: readonly Dashboard[] = [overview, target, ingest, internals];

/** In the order in which each needs the one before. */
export function ruleGroups(span: Span): readonly RuleGroup[] {
  return [
    { name: 'event-gateway-recordings', rules: recordings(span) },
    { name: 'event-gateway-service-levels', rules: serviceLevelRecordings(span) },
    { name: 'event-gateway-alerts', rules: alerts(span) },
  ];
}

/** What the chart writes from its values. */
export function objectivesGroup(objectives: Objectives): RuleGroup {
  return { name: 'event-gateway-objectives', rules: objectiveRecordings(objectives) };
}

/** As a rules file of Prometheus has it. */
export function toRulesFile(groups: readonly RuleGroup[]): object {
  return {
    groups: groups.map(({ name, rules }) => ({
      name,
      rules: rules.map((rule) => {
        if ('record' in rule) return rule;
        const { severity, summary, description, dashboard, labels, ...own } = rule;
        const annotations = { summary, description, dashboard: `event-gateway-${dashboard}` };
        return { ...own, labels: { severity, ...labels }, annotations };
      }),
    })),
  };
}

interface AppMetrics {
  readonly title: string;
  readonly metrics: readonly (readonly [string, MetricSpec])[];
}

const isCommon = (name: string) => Object.hasOwn(commonMetrics, name);

/** Every metric of ours, by who tells it. */
export const metricTables: readonly AppMetrics[] = [
  { title: 'Receiver', metrics: Object.entries(receiverMetrics).filter(([name]) => !isCommon(name)) },
  { title: 'Dispatcher', metrics: Object.entries(dispatcherMetrics).filter(([name]) => !isCommon(name)) },
  { title: 'Both', metrics: Object.entries(commonMetrics) },
];
