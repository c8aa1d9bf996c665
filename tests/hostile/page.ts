import { counted } from '../conformance/figures.ts';
import { markup, nothing } from '../conformance/markup.ts';
import { guardsTable, renderFrame } from '../conformance/page-frame.ts';
import { section } from '../conformance/page-section.ts';
import { brokenBounds, type Report } from '../conformance/proof.ts';
import type { ObservedRun } from '../observability/runs.ts';

/** One page that says of each group what was sent, and what came of it. */
export function renderPage(report: Report<ObservedRun>): string {
  const { runs, guards, passed } = report;
  const broken = runs.filter(({ verdict }) => verdict !== 'held').length;
  const headline = passed
    ? `The gateway stands all of it: ${counted(runs.length, 'group')}.`
    : `Failed: ${counted(broken, 'group')} of ${runs.length} did not hold.`;
  const faults = runs.flatMap((run) => brokenBounds(run).map((bound) => markup`<li>${run.name}: ${bound}</li>`));
  return renderFrame(report, {
    subject: 'what hostile neighbours can do',
    headline,
    faults: faults.length === 0 ? nothing : markup`<ul class="faults">${faults}</ul>`,
    main: markup`<h2>Groups</h2>${runs.map((run) => section({ ...run, title: run.name }))}${guardsTable(guards, 'row')}`,
  });
}
