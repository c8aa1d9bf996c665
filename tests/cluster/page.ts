import { counted } from '../conformance/figures.ts';
import { markup, nothing } from '../conformance/markup.ts';
import { renderFrame } from '../conformance/page-frame.ts';
import { section } from '../conformance/page-section.ts';
import { brokenBounds } from '../conformance/proof.ts';
import { drawCourse } from './draw-course.ts';
import type { ClusterReport } from './scenario.ts';

/** One page that says of each scenario what was measured. */
export function renderPage(report: ClusterReport): string {
  const { runs, passed } = report;
  const broken = runs.filter(({ verdict }) => verdict !== 'held').length;
  const headline = passed
    ? `The chart held on Kubernetes: ${counted(runs.length, 'scenario')}.`
    : `Failed: ${counted(broken, 'scenario')} of ${runs.length} did not hold.`;
  const faults = runs.flatMap((run) => brokenBounds(run).map((bound) => markup`<li>${run.scenario}: ${bound}</li>`));
  return renderFrame(report, {
    subject: 'the chart',
    headline,
    faults: faults.length === 0 ? nothing : markup`<ul class="faults">${faults}</ul>`,
    main: markup`<h2>Scenarios</h2>${runs.map((run) => section({ ...run, title: run.scenario, drawing: run.course && drawCourse(run.course) }))}`,
  });
}
