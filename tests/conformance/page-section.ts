import { figureText } from './figures.ts';
import { markup, nothing, type Markup } from './markup.ts';
import type { Judged } from './proof.ts';

/** What one run did, and what it was held to. */
export interface Told extends Judged {
  readonly title: string;
  readonly does: string;
  readonly seconds: number;
  readonly figures: Readonly<Record<string, number | string>>;
  readonly drawing?: Markup | undefined;
}

export function section({ title, does, verdict, seconds, bounds, figures, drawing = nothing }: Told): Markup {
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
  return markup`<h3>${title}: ${verdict}</h3>
<p>${does}. Took ${seconds} s.</p>
${drawing}
<ul>${told}</ul>
<table><thead><tr><th scope="col">what</th><th scope="col" class="n">figure</th><th scope="col">bound</th><th scope="col">verdict</th></tr></thead>
<tbody>${rows}</tbody></table>
`;
}
