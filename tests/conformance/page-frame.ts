import { counted, figureText } from './figures.ts';
import { markup, nothing, type Markup } from './markup.ts';
import { pageStyle } from './page-style.ts';
import type { Guard, Judged, Report } from './proof.ts';

/** What is different from proof to proof. */
export interface PageParts {
  /** What was measured. */
  readonly subject: string;
  readonly headline: string;
  /** What failed, first of all. */
  readonly faults: Markup;
  readonly main: Markup;
}

/** A page that loads nothing and runs nothing. */
export function renderFrame<R extends Judged>(
  report: Report<R>,
  { subject, headline, faults, main }: PageParts,
): string {
  const { passed } = report;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${passed ? 'Held' : 'Failed'}: ${subject} of Event Gateway, measured</title>
<style>${{ markup: pageStyle }}</style>
</head>
<body>
<header>
<p class="kind ${passed ? 'held' : 'alarm'}">${passed ? '✓ Passed' : '✗ Failed'}</p>
<h1>${headline}</h1>
${faults}
<p class="machine quiet">${machine(report)}</p>
</header>
<main>
${main}
</main>
</body>
</html>
`.markup;
}

function machine<R extends Judged>(report: Report<R>): Markup {
  const { version, startedAt, seconds } = report;
  const { cores, node, redis } = report.machine;
  const started = markup`<time datetime="${startedAt}">${startedAt}</time>`;
  return markup`Event Gateway ${version} · ${counted(cores, 'core')} · Node ${node} · Redis ${redis} · started ${started}, took ${figureText(seconds)} s`;
}

export function guardsTable(guards: readonly Guard[], noticedBy: 'scenario' | 'row'): Markup {
  if (guards.length === 0) return nothing;
  const rows = guards.map(
    (each) => markup`<tr><th scope="row">${each.guard}</th>
<td class="wide" data-name="Noticed by">${each.noticedBy}</td><td data-name="Figure without it">${each.figure}</td>
<td class="${each.red ? 'held' : 'alarm'}" data-name="Turned red">${each.red ? '✓ red, as it must' : '✗ not noticed'}</td></tr>\n`,
  );
  return markup`<h2>Guards</h2>
<table>
<caption>Without this guard, this ${noticedBy} turns red: each guard was taken out in turn.</caption>
<thead><tr><th scope="col">Without this guard</th><th scope="col">this ${noticedBy}</th><th scope="col">reads</th>
<th scope="col">and turns</th></tr></thead>
<tbody>${rows}</tbody>
</table>`;
}
