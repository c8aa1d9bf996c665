import { counted } from '../figures.ts';
import { markup, nothing, type Markup } from '../markup.ts';
import { guardsTable, renderFrame } from '../page-frame.ts';
import { brokenBounds, ours } from '../proof.ts';
import type { DeliveryReport, RowRun } from './report.ts';

/** One page that says of each fault what became of the events. */
export function renderPage(report: DeliveryReport): string {
  const main = markup`<h2>The matrix</h2>
${matrix(report.runs)}
${guardsTable(report.guards, 'row')}`;
  return renderFrame(report, {
    subject: 'the delivery',
    headline: headline(report),
    faults: brokenList(report.runs),
    main,
  });
}

const isOurs = ({ system }: RowRun) => system === ours;

function headline({ runs, guards, passed }: DeliveryReport): string {
  const own = runs.filter(isOurs);
  const faults = own.reduce((sum, { injections }) => sum + injections, 0);
  const events = own.reduce((sum, { accepted }) => sum + accepted, 0);
  if (passed)
    return `Nothing was lost and nothing doubled: ${events} events, ${faults} faults, ${counted(own.length, 'row')}.`;
  const broken = own.filter(({ verdict }) => verdict !== 'held').length;
  const idle = guards.filter(({ red }) => !red).length;
  if (broken > 0) return `Failed: ${counted(broken, 'row')} of ${own.length} did not hold.`;
  return idle > 0 ? `Failed: ${counted(idle, 'guard')} could be removed unnoticed.` : 'Failed: nothing was measured.';
}

function brokenList(runs: readonly RowRun[]): Markup {
  const items = runs.flatMap((run) => brokenBounds(run).map((bound) => markup`<li>${run.row}: ${bound}</li>`));
  return items.length === 0 ? nothing : markup`<ul class="faults">${items}</ul>`;
}

const columns = ['accepted', 'delivered', 'dead', 'lost', 'doubled', 'calls twice', 'receives of one'] as const;

function matrix(runs: readonly RowRun[]): Markup {
  const head = columns.map((name) => markup`<th scope="col" class="n">${name}</th>`);
  return markup`<table class="results">
<caption>Each row sees its fault so often. Doubled are events that took effect twice; calls twice are what a target that
honours the key answers without effect. Peers had the same faults at a target without keys.</caption>
<thead><tr><th scope="col">fault</th><th scope="col">system</th><th scope="col" class="n">faults</th>${head}
<th scope="col">verdict</th></tr></thead>
<tbody>
${runs.map(line)}
</tbody>
</table>`;
}

function line(run: RowRun): Markup {
  const { number, row, fault, system, injections, accepted, delivered, dead, lost, duplicated, callsTwice } = run;
  const figures = [accepted, delivered, dead, lost, duplicated, callsTwice, run.mostReceives];
  const cells = figures.map((figure, i) => {
    const alarm = (i === 3 || i === 4) && figure > 0;
    return markup`<td class="n${alarm ? ' alarm' : ''}" data-name="${columns[i] ?? ''}">${figure}</td>`;
  });
  const first = isOurs(run)
    ? markup`<span class="scenario">${number} ${row}</span><br><small>${fault}</small>`
    : markup`${row}`;
  return markup`<tr class="${isOurs(run) ? '' : 'peer'}"><th scope="row">${first}</th><td class="system">${system}</td>
<td class="n" data-name="faults">${injections}</td>${cells}
<td class="${run.verdict === 'held' ? 'held' : run.verdict === 'peer' ? '' : 'alarm'}">${run.verdict}</td></tr>
`;
}
