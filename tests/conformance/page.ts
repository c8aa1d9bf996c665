import { counted, figureText, fractionText, momentText, ratioText, spanText, windowText } from './figures.ts';
import { markup, nothing, type Markup } from './markup.ts';
import { guardsTable, renderFrame } from './page-frame.ts';
import type { Bound, Guard } from './proof.ts';
import type { LimitReport, Run } from './report.ts';
import { timeline } from './timeline.ts';

interface Numbered {
  readonly run: Run;
  readonly id: string;
}

/** One page that says whether the limit held and shows every call. */
export function renderPage(report: LimitReport): string {
  const scenarios = byScenario(report.runs);
  const runs = scenarios.flat();
  const main = markup`${results(scenarios)}
${guardsTable(report.guards, 'scenario')}
<h2>Timelines</h2>
<p class="quiet">The area is the number of calls in the window that ends at each moment, at its highest where moments share a
point; the dashed line is the limit, and all that stands above it is solid and in the colour of alarm. Each call is a tick below; calls that are too close
to be told apart share one, which is the taller the more they are. Dotted lines are what was done to the system.</p>
${runs.map(runSection)}`;
  return renderFrame(report, {
    subject: 'the limit',
    headline: headline(report),
    faults: faults(runs, report.guards),
    main,
  });
}

/** In the order of the report; within a scenario, ours before the peers. */
function byScenario(runs: readonly Run[]): Numbered[][] {
  const scenarios = [...new Set(runs.map(({ scenario }) => scenario))];
  let number = 0;
  return scenarios.map((scenario) => {
    const own = runs.filter((run) => run.scenario === scenario);
    const ordered = [...own.filter((run) => !isPeer(run)), ...own.filter(isPeer)];
    return ordered.map((run) => ({ run, id: `run-${++number}` }));
  });
}

function isPeer({ verdict }: Run): boolean {
  return verdict === 'peer';
}

function headline({ runs, guards, passed }: LimitReport): string {
  const ours = runs.filter((run) => !isPeer(run));
  const scenarios = counted(new Set(ours.map(({ scenario }) => scenario)).size, 'scenario');
  if (passed) return `The limit held: no window in ${scenarios} saw more calls than allowed.`;
  const exceeded = ours.filter(({ verdict, ratio }) => verdict === 'broken' && ratio > 1).length;
  if (exceeded > 0) return `Failed: the limit was exceeded in ${exceeded} of ${counted(ours.length, 'run')}.`;
  const unjudged = ours.filter(({ verdict }) => verdict === 'unjudged').length;
  const broken = ours.flatMap(({ bounds }) => bounds).filter(({ ok }) => !ok).length;
  const idle = guards.filter(({ red }) => !red).length;
  const reasons = [
    ...(unjudged > 0 ? [`${counted(unjudged, 'run')} could not be judged`] : []),
    ...(broken > 0 ? [`${counted(broken, 'bound')} ${broken === 1 ? 'was' : 'were'} not met`] : []),
    ...(idle > 0 ? [`${counted(idle, 'guard')} could be removed unnoticed`] : []),
  ];
  if (reasons.length === 0) return 'Failed: the limit was not shown to hold.';
  return `Failed: no window was seen to be exceeded, but ${reasons.join(' and ')}.`;
}

function faults(runs: readonly Numbered[], guards: readonly Guard[]): Markup {
  const ours = runs.filter(({ run }) => !isPeer(run));
  const items = [
    ...ours.flatMap(({ run, id }) => {
      const link = markup`<a href="#${id}">${run.scenario}</a>`;
      const broken = run.bounds
        .filter(({ ok }) => !ok)
        .map(({ name, figure, bound }) => markup`<li>${link}: ${name} ${figureText(figure)}, bound ${bound}</li>`);
      const isExplained = run.verdict === 'held' || (run.verdict === 'broken' && broken.length > 0);
      return isExplained ? broken : [markup`<li>${link}: ${verdictText(run)}</li>`, ...broken];
    }),
    ...guards.filter(({ red }) => !red).map(({ guard }) => markup`<li>${guard}: no scenario noticed its removal</li>`),
  ];
  return items.length === 0 ? nothing : markup`<ul class="faults">${items}</ul>`;
}

function verdictText(run: Run): string {
  switch (run.verdict) {
    case 'held':
      return '✓ held';
    case 'broken':
      return '✗ broken';
    case 'unjudged':
      return '? unjudged';
    case 'peer':
      return run.ratio > 1 ? 'peer, over the limit' : 'peer, within the limit';
  }
}

function verdictClass({ verdict, ratio }: Run): string {
  if (verdict === 'peer') return ratio > 1 ? 'alarm' : '';
  return verdict === 'broken' ? 'alarm' : verdict;
}

function results(scenarios: readonly (readonly Numbered[])[]): Markup {
  return markup`<h2>Results</h2>
<table class="results">
<caption>The worst window is the one with the most calls against its limit, wherever it begins. Times are seconds since
the first call. Peers ran in the same scenario on the same machine.</caption>
<thead><tr><th scope="col">Scenario</th><th scope="col">System</th><th scope="col">Limit</th>
<th scope="col" class="n">Worst window</th><th scope="col" class="n">Worst ÷ limit</th>
<th scope="col" class="n">Utilisation</th><th scope="col" class="n">Round trips per call</th>
<th scope="col">Verdict</th></tr></thead>
${scenarios.map((runs) => markup`<tbody>${runs.map((each, index) => resultRow(each, index === 0 ? runs.length : 0))}</tbody>\n`)}
</table>`;
}

/** `scenarioRows`: how many rows the scenario's name stands for; 0 where it stands above already. */
function resultRow({ run, id }: Numbered, scenarioRows: number): Markup {
  const { scenario, system, windows, worst, ratio } = run;
  const name = markup`<th scope="rowgroup" class="scenario" rowspan="${scenarioRows}">${scenario}</th>`;
  const limits = windows.map(windowText).join(', ');
  return markup`<tr class="${isPeer(run) ? 'peer' : 'own'}">${scenarioRows > 0 ? name : nothing}
<td class="system" data-name="System"><a href="#${id}">${system}</a></td><td data-name="Limit">${limits}</td>
<td class="n" data-name="Worst window">${worst.calls} in ${spanText(worst.window.perMs)} <small>from ${momentText(worst.atMs)}</small></td>
<td class="n${ratio > 1 ? markup` alarm` : nothing}" data-name="Worst ÷ limit">${ratioText(ratio)}${gauge(ratio)}</td>
<td class="n" data-name="Utilisation">${fractionText(run.utilisation)}</td>
<td class="n" data-name="Round trips per call">${fractionText(run.roundTripsPerCall)}</td>
<td class="${verdictClass(run)}" data-name="Verdict">${verdictText(run)}</td></tr>`;
}

/** The ratio as a bar; its line is the limit. */
function gauge(ratio: number): Markup {
  const limitX = 30;
  const length = Math.min(ratio * limitX, 76);
  const over =
    length > limitX
      ? markup`<rect class="over" x="${limitX}" y="2" width="${Math.max(length - limitX, 2).toFixed(1)}" height="5"/>`
      : nothing;
  return markup`<svg class="gauge" viewBox="0 0 76 9" aria-hidden="true"><rect y="2" width="${Math.min(length, limitX).toFixed(1)}" height="5"/>${over}<path d="M${limitX} 0V9"/></svg>`;
}

function runSection({ run, id }: Numbered): Markup {
  const clock = run.clock === 'kernel' ? 'by the kernel’s clock' : 'by the target’s own clock';
  const tries = run.tries > 1 ? `, in try ${run.tries}` : '';
  return markup`<article id="${id}" class="${isPeer(run) ? 'peer' : 'own'}">
<h3>${run.scenario} · ${run.system}</h3>
<p class="quiet"><span class="${verdictClass(run)}">${verdictText(run)}</span> · ${counted(run.arrivalsMs.length, 'call')} ${clock}${tries}</p>
<div tabindex="0" role="group" aria-label="Timeline, scrolls sideways">${timeline(run, id)}</div>
${marksList(run)}
${run.bounds.length > 0 ? boundsTable(run.bounds) : nothing}
</article>
`;
}

function marksList({ marks }: Run): Markup {
  if (marks.length === 0) return nothing;
  const texts = [...new Set(marks.map(({ text }) => text))];
  const items = texts.map((text) => {
    const moments = marks.filter((mark) => mark.text === text).map(({ atMs }) => momentText(atMs));
    return markup`<li>${text}: ${moments.join(', ')}</li>`;
  });
  return markup`<details><summary>${counted(marks.length, 'mark')}</summary><ul>${items}</ul></details>`;
}

function boundsTable(bounds: readonly Bound[]): Markup {
  const rows = bounds.map(
    ({ name, figure, bound, ok }) => markup`<tr><th scope="row">${name}</th>
<td class="n" data-name="Figure">${figureText(figure)}</td><td class="n" data-name="Bound">${bound}</td>
<td class="${ok ? 'held' : 'alarm'}" data-name="Met">${ok ? '✓ met' : '✗ not met'}</td></tr>\n`,
  );
  return markup`<table>
<caption>Bounds of this run</caption>
<thead><tr><th scope="col">Bound</th><th scope="col" class="n">Figure</th><th scope="col" class="n">Bound</th>
<th scope="col">Met</th></tr></thead>
<tbody>${rows}</tbody>
</table>`;
}
