import { counted, momentText, ratioText, spanText, windowText } from './figures.ts';
import { drawMarks, marksHeight, placeMarks } from './marks.ts';
import { markup, nothing, type Markup } from './markup.ts';
import type { Run, Window } from './report.ts';

/** Of the drawing, in its own units, which are pixels where it is not scaled. */
const width = 960;
const left = 44;
const right = 916;
const plotHeight = 104;
const headHeight = 26;
const ticksHeight = 18;
const spanHeight = 18;
const axisHeight = 24;
/** An excess of one call in hundreds would be thinner than a hair. */
const leastExcess = 3;
/** More lines than this are a grey wall; all of them are listed below the drawing. */
const mostMarks = 120;

interface Scale {
  readonly fromMs: number;
  readonly msPerColumn: number;
}

/** A drawing of every call of a run: how many fell into each window, and what happened meanwhile. */
export function timeline(run: Run, id: string): Markup {
  const scale = scaleOf(run);
  const marks = run.marks.slice(0, mostMarks).map(({ atMs, text }) => ({ x: xOf(atMs, scale), text }));
  const placed = placeMarks(marks, width);
  const top = 4 + marksHeight(placed);
  const plotTop = (index: number) => top + index * (headHeight + plotHeight + spanHeight) + headHeight;
  const ticksTop = plotTop(run.windows.length) - headHeight + 2;
  const height = ticksTop + ticksHeight + axisHeight;
  const plots = run.windows.map((window, index) => plot(run, window, plotTop(index), scale));
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">Timeline: ${run.scenario}, ${run.system}</title>
<desc id="${id}-desc">${description(run)}</desc>
${drawMarks(placed, top, ticksTop + ticksHeight)}
${plots}
${ticks(run.arrivalsMs, ticksTop, scale)}
${timeAxis(ticksTop + ticksHeight, scale)}
</svg>`;
}

function description({ arrivalsMs, worst, ratio, marks }: Run): string {
  const most = `At most ${worst.calls} calls in ${spanText(worst.window.perMs)}, from ${momentText(worst.atMs)} on`;
  const against = `${ratioText(ratio)} times the limit of ${worst.window.calls}`;
  const span = momentText(arrivalsMs.at(-1) ?? 0);
  return `${most}: ${against}. ${counted(arrivalsMs.length, 'call')} over ${span}; ${counted(marks.length, 'mark')}.`;
}

function scaleOf({ arrivalsMs, marks, windows }: Run): Scale {
  const momentsMs = marks.map(({ atMs }) => atMs);
  const fromMs = Math.min(0, ...momentsMs);
  const shortestMs = Math.min(...windows.map(({ perMs }) => perMs));
  const toMs = Math.max(arrivalsMs.at(-1) ?? 0, shortestMs, ...momentsMs);
  return { fromMs, msPerColumn: (toMs - fromMs) / (right - left - 4) };
}

function xOf(ms: number, { fromMs, msPerColumn }: Scale): number {
  return left + (ms - fromMs) / msPerColumn;
}

/** Where each column of the drawing begins: the last arrival falls into one of the last. */
function columnsOf({ fromMs, msPerColumn }: Scale): number[] {
  return Array.from({ length: right - left }, (_, column) => fromMs + column * msPerColumn);
}

/** The most calls that any window ending within each column holds, so that thinning never hides a peak. */
export function peaks(arrivalsMs: readonly number[], perMs: number, columnsMs: readonly number[]): number[] {
  let oldest = 0;
  let next = 0;
  const countAt = (ms: number) => {
    while (oldest < next && (arrivalsMs[oldest] ?? Infinity) + perMs <= ms) oldest++;
    return next - oldest;
  };
  return columnsMs.map((columnMs, column) => {
    const endMs = columnsMs[column + 1] ?? Infinity;
    let peak = countAt(columnMs);
    for (let ms = arrivalsMs[next]; ms !== undefined && ms < endMs; ms = arrivalsMs[next]) {
      next++;
      peak = Math.max(peak, countAt(ms));
    }
    return peak;
  });
}

function plot(run: Run, window: Window, top: number, scale: Scale): Markup {
  const counts = peaks(run.arrivalsMs, window.perMs, columnsOf(scale));
  const most = Math.max(...counts);
  const base = top + plotHeight;
  const full = Math.max(most, window.calls) * 1.08;
  const yOf = (calls: number) => Math.round((base - (calls / full) * plotHeight) * 10) / 10;
  const limitY = yOf(window.calls);
  const overY = (calls: number) => Math.min(yOf(calls), limitY - leastExcess);
  const isOver = most > window.calls;
  const mostY = Math.min(yOf(most), limitY - 12);
  return markup`<g class="plot">
<text class="head" x="${left}" y="${top - 8}">calls in the last ${spanText(window.perMs)}</text>
<path class="area" d="${steps(counts, (calls) => calls > 0, yOf, base)}"/>
${isOver ? markup`<path class="over" d="${steps(counts, (calls) => calls > window.calls, overY, limitY)}"/>` : nothing}
<path class="axis" d="M${left} ${base}H${right}"/>
<path class="limit" d="M${left} ${limitY}H${right}"/>
<text class="scale" x="${left - 6}" y="${base}">0</text>
<text class="scale strong" x="${left - 6}" y="${limitY + 4}">${window.calls}</text>
<text class="strong" x="${right + 6}" y="${limitY + 4}">limit</text>
${isOver ? markup`<text class="scale alarm" x="${left - 6}" y="${mostY + 4}">${most}</text>` : nothing}
${isSame(window, run.worst.window) ? worstSpan(run, base + 9, scale) : nothing}
</g>`;
}

function isSame(one: Window, other: Window): boolean {
  return one.calls === other.calls && one.perMs === other.perMs;
}

/** The columns that `belong`, as closed shapes on `base`. */
function steps(
  counts: readonly number[],
  belongs: (count: number) => boolean,
  yOf: (count: number) => number,
  base: number,
): string {
  let path = '';
  let drawn = 0;
  for (const [column, count] of [...counts, 0].entries()) {
    if (count === drawn && column < counts.length) continue;
    const wasIn = belongs(drawn);
    const isIn = belongs(count) && column < counts.length;
    if (wasIn) path += `H${left + column}`;
    else if (isIn) path += `M${left + column} ${base}`;
    if (isIn) path += `V${yOf(count)}`;
    else if (wasIn) path += `V${base}Z`;
    drawn = count;
  }
  return path;
}

/** The worst window, measured out like a length on a plan. */
function worstSpan({ worst }: Run, y: number, scale: Scale): Markup {
  if (worst.calls === 0) return nothing;
  const from = xOf(worst.atMs, scale);
  const to = Math.min(Math.max(xOf(worst.atMs + worst.window.perMs, scale), from + 2), right);
  const isLate = to > right - 260;
  const excess = worst.calls > worst.window.calls ? markup` alarm` : nothing;
  const bar = `M${from.toFixed(1)} ${y - 4}v8m0 -4H${to.toFixed(1)}m0 -4v8`;
  const textX = (isLate ? from - 6 : to + 6).toFixed(1);
  const text = `worst window: ${worst.calls} of ${windowText(worst.window)}, from ${momentText(worst.atMs)}`;
  const anchor = isLate ? markup` end` : nothing;
  return markup`<path class="span${excess}" d="${bar}"/><text class="note${excess}${anchor}" x="${textX}" y="${y + 4}">${text}</text>`;
}

/** Every call; those of one column share a tick, which is taller the more they are. */
function ticks(arrivalsMs: readonly number[], top: number, { fromMs, msPerColumn }: Scale): Markup {
  const callsByColumn = new Map<number, number>();
  let most = 1;
  for (const ms of arrivalsMs) {
    const column = Math.floor((ms - fromMs) / msPerColumn);
    const calls = (callsByColumn.get(column) ?? 0) + 1;
    callsByColumn.set(column, calls);
    most = Math.max(most, calls);
  }
  const bottom = top + ticksHeight;
  let path = '';
  for (const [column, calls] of callsByColumn)
    path += `M${left + column}.5 ${bottom}v-${Math.round(4 + (ticksHeight - 6) * (calls / most))}`;
  return markup`<path class="ticks" d="${path}"/>`;
}

function timeAxis(y: number, scale: Scale): Markup {
  const spanMs = (right - left) * scale.msPerColumn;
  const stepMs = roundStepMs(spanMs);
  const decimals = Math.max(0, 3 - Math.floor(Math.log10(stepMs)));
  const firstMs = Math.ceil(scale.fromMs / stepMs) * stepMs;
  const labels = Array.from({ length: 11 }, (_, step) => firstMs + step * stepMs)
    .map((ms) => ({ x: xOf(ms, scale).toFixed(1), ms }))
    .filter(({ x }) => Number(x) < right - 4)
    .map(({ x, ms }) => {
      const text = `${(ms / 1_000).toFixed(decimals)} s`;
      return markup`<path class="axis" d="M${x} ${y}v5"/><text class="time" x="${x}" y="${y + 18}">${text}</text>`;
    });
  return markup`<g><path class="axis" d="M${left} ${y}H${right}"/>${labels}</g>`;
}

/** The smallest of 1, 2, 5, 10, 20 … ms that divides the axis into ten parts at most. */
function roundStepMs(spanMs: number): number {
  const tenthMs = spanMs / 10;
  const power = 10 ** Math.floor(Math.log10(tenthMs));
  return power * ([1, 2, 5].find((factor) => factor * power >= tenthMs) ?? 10);
}
