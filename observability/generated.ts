import { stringify } from 'yaml';
import { dashboards, ruleGroups, toRulesFile } from './all.ts';
import { draw } from './draw.ts';
import { metricsPage } from './metrics-page.ts';
import { asWritten } from './rule.ts';

const files = 'charts/event-gateway/files';
const note = '# Written by npm run observability from the tables in observability/.\n';

/** Every file that follows from the tables, with its text. */
export function generated(): ReadonlyMap<string, string> {
  return new Map([
    [`${files}/rules.yaml`, note + stringify(toRulesFile(ruleGroups(asWritten)), { lineWidth: 0 })],
    ...dashboards.map(
      (dashboard) =>
        [`${files}/dashboards/${dashboard.id}.json`, `${JSON.stringify(draw(dashboard), null, 2)}\n`] as const,
    ),
    ['docs/metrics.md', metricsPage()],
  ]);
}
