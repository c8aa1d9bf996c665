import { counted, figureText } from '../conformance/figures.ts';
import { markup, nothing, type Markup } from '../conformance/markup.ts';
import { renderFrame } from '../conformance/page-frame.ts';
import { brokenBounds } from '../conformance/proof.ts';
import { drawCourse } from './draw-course.ts';
import type { ClusterReport, ScenarioRun } from './scenario.ts';

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
    main: markup`<h2>Scenarios</h2>${runs.map(section)}`,
  });
}

function section({ scenario, does, verdict, seconds, bounds, figures, course }: ScenarioRun): Markup {
  const rows = bounds.map(
    ({
      name,
      figure,
      bound,
      ok,
    }) => markup`<tr><th scope="row">${name}</th><td class="n" data-name="figure">${figureText(figure)}</td>
<td data-name="bound">${bound}</td><td class="${ok ? 'held' : 'alarm'}">${ok ? 'held' : 'broken'}</td></tr>
`,
  );
  const told = Object.entries(figures).map(([name, figure]) => markup`<li>${name}: ${figure}</li>`);
  return markup`<h3>${scenario}: ${verdict}</h3>
<p>${does}. Took ${seconds} s.</p>
${course === undefined ? nothing : drawCourse(course)}
<ul>${told}</ul>
<table><thead><tr><th scope="col">what</th><th scope="col" class="n">figure</th><th scope="col">bound</th><th scope="col">verdict</th></tr></thead>
<tbody>${rows}</tbody></table>
`;
}
