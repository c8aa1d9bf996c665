import { counted } from '../figures.ts';
import { markup, nothing, type Markup } from '../markup.ts';
import { pageStyle } from '../page-style.ts';
import { ours, type DeliveryReport, type Guard, type RowRun } from './report.ts';

/** One page that says of each fault what became of the events; it loads nothing and runs nothing. */
export function renderPage(report: DeliveryReport): string {
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${report.passed ? 'Held' : 'Failed'}: the delivery of Event Gateway, measured</title>
<style>${{ markup: pageStyle }}</style>
</head>
<body>
<header>
<p class="kind ${report.passed ? 'held' : 'alarm'}">${report.passed ? '✓ Passed' : '✗ Failed'}</p>
<h1>${headline(report)}</h1>
${brokenBounds(report.runs)}
<p class="machine quiet">${machine(report)}</p>
</header>
<main>
<h2>The matrix</h2>
${matrix(report.runs)}
${guards(report.guards)}
</main>
</body>
</html>
`;
  return page.markup;
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

function brokenBounds(runs: readonly RowRun[]): Markup {
  const broken = runs.flatMap((run) => run.bounds.filter(({ ok }) => !ok).map((bound) => ({ run, bound })));
  if (broken.length === 0) return nothing;
  const items = broken.map(
    ({ run, bound }) => markup`<li>${run.row}: ${bound.name} ${bound.figure ?? '–'}, asked: ${bound.bound}</li>`,
  );
  return markup`<ul class="faults">${items}</ul>`;
}

function machine({ version, startedAt, machine: { cores, node, redis }, seconds }: DeliveryReport): string {
  return `Version ${version}, ${startedAt}, ${seconds} s on ${counted(cores, 'core')}, Node ${node}, Redis ${redis}`;
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

function guards(list: readonly Guard[]): Markup {
  if (list.length === 0) return nothing;
  const items = list.map(
    ({ guard, row, red, figure }) => markup`<tr><th scope="row">${guard}</th><td>${row}</td>
<td class="${red ? 'held' : 'alarm'}">${red ? 'turns red' : 'stays green'}</td><td class="wide">${figure}</td></tr>
`,
  );
  return markup`<h2>Guards</h2>
<table><caption>Each guard was taken out once; the row that must notice did.</caption>
<thead><tr><th scope="col">without</th><th scope="col">row</th><th scope="col">it</th><th scope="col">by</th></tr></thead>
<tbody>${items}</tbody></table>`;
}
