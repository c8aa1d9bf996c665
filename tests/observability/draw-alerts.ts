import { markup, type Markup } from '../conformance/markup.ts';
import type { Seen } from './watch-alerts.ts';

/** Of the drawing, in its own units, which are pixels where it is not scaled. */
const width = 960;
const left = 250;
const right = 940;
const rowHeight = 22;
const top = 24;

export interface Staged {
  readonly name: string;
  readonly alerts: readonly Seen[];
  readonly startedEpochMs: number;
}

/** Which alerts were there in each stage: pending (light) and firing (dark), in s since its fault began. */
export function drawAlerts(stages: readonly Staged[]): Markup {
  const endMs = ({ alerts, startedEpochMs }: Staged) =>
    Math.max(0, ...alerts.map(({ toEpochMs }) => toEpochMs - startedEpochMs));
  const longestMs = Math.max(1_000, ...stages.map(endMs));
  const xOf = (ms: number) => left + ((right - left) * Math.max(0, ms)) / longestMs;
  const rows = stages.flatMap((stage) => {
    const names = [...new Set(stage.alerts.map(({ alert }) => alert))];
    return names.map((alert) => ({ stage, alert, seen: stage.alerts.filter((each) => each.alert === alert) }));
  });
  const height = top + rows.length * rowHeight + 28;
  const drawn = rows.map(({ stage, alert, seen }, at) => {
    const y = top + at * rowHeight;
    const bars = seen.map(({ state, fromEpochMs, toEpochMs }) => {
      const x = xOf(fromEpochMs - stage.startedEpochMs);
      const wide = Math.max(2, xOf(toEpochMs - stage.startedEpochMs) - x);
      const colour = state === 'firing' ? '#c30' : '#f0b090';
      return markup`<rect x="${x.toFixed(1)}" y="${y}" width="${wide.toFixed(1)}" height="${rowHeight - 8}" fill="${colour}"/>`;
    });
    const label = `${stage.name}: ${alert.replace('EventGateway', '')}`;
    return markup`<text x="${left - 8}" y="${y + 11}" text-anchor="end">${label}</text>${bars}
`;
  });
  const seconds = Math.round(longestMs / 1_000);
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Alerts over ${seconds} s of each fault" font-family="sans-serif" font-size="12">
<text x="${left}" y="14">the fault begins; pending is light, firing dark</text>
${drawn}<path d="M${left} ${height - 20}H${right}" stroke="#888"/>
<text x="${left}" y="${height - 6}">0 s</text><text x="${right}" y="${height - 6}" text-anchor="end">${seconds} s</text>
</svg>`;
}
