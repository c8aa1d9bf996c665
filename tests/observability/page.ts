import { counted } from '../conformance/figures.ts';
import { markup, nothing } from '../conformance/markup.ts';
import { renderFrame } from '../conformance/page-frame.ts';
import { section } from '../conformance/page-section.ts';
import { brokenBounds, type Report } from '../conformance/proof.ts';
import { drawAlerts, type Staged } from './draw-alerts.ts';
import type { ObservedRun } from './runs.ts';

export function stagedOf({ name, alerts, startedEpochMs }: ObservedRun): Staged | undefined {
  return alerts === undefined || startedEpochMs === undefined ? undefined : { name, alerts, startedEpochMs };
}

/** One page that says of each look what was found, with the alerts of each fault drawn. */
export function renderPage(report: Report<ObservedRun>): string {
  const { runs, passed } = report;
  const broken = runs.filter(({ verdict }) => verdict !== 'held').length;
  const headline = passed
    ? `Everything that was looked at is seen: ${counted(runs.length, 'look')}.`
    : `Failed: ${counted(broken, 'look')} of ${runs.length} did not hold.`;
  const faults = runs.flatMap((run) => brokenBounds(run).map((bound) => markup`<li>${run.name}: ${bound}</li>`));
  const sections = runs.map((run) => {
    const staged = stagedOf(run);
    return section({ ...run, title: run.name, drawing: staged && drawAlerts([staged]) });
  });
  return renderFrame(report, {
    subject: 'what an operator sees',
    headline,
    faults: faults.length === 0 ? nothing : markup`<ul class="faults">${faults}</ul>`,
    main: markup`<h2>Looks</h2>${sections}`,
  });
}
