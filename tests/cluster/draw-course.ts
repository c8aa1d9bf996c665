import { markup, type Markup } from '../conformance/markup.ts';
import type { Course, Sample } from './scenario.ts';

/** Of the drawing, in its own units, which are pixels where it is not scaled. */
const width = 960;
const left = 48;
const right = 940;
const plotHeight = 120;
const gap = 28;

interface Scale {
  readonly xOf: (atMs: number) => number;
  readonly yOf: (count: number) => number;
}

/** The depth of the queue above, dispatchers and what the autoscaler asked for below, over the same time. */
export function drawCourse({ depth, pods, desired, endedMs }: Course): Markup {
  const xOf = (atMs: number) => left + ((right - left) * Math.max(0, atMs)) / endedMs;
  const plot = (top: number, most: number): Scale => ({
    xOf,
    yOf: (count) => top + plotHeight - (plotHeight * count) / Math.max(1, most),
  });
  const mostDepth = Math.max(...depth.map(({ count }) => count));
  const mostPods = Math.max(...pods.map(({ count }) => count), ...desired.map(({ count }) => count));
  const upper = plot(gap, mostDepth);
  const lower = plot(2 * gap + plotHeight, mostPods);
  const height = 3 * gap + 2 * plotHeight;
  const seconds = Math.round(endedMs / 1_000);
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Depth and pods over ${seconds} s: at most ${mostDepth} messages and ${mostPods} pods" font-family="sans-serif" font-size="12">
<text x="${left}" y="${gap - 8}">messages, at most ${mostDepth}</text>
<path d="${steps(depth, endedMs, upper)}" fill="none" stroke="#888" stroke-width="1.5"/>
<text x="${left}" y="${2 * gap + plotHeight - 8}">dispatchers (solid), asked for by the autoscaler (dashed), at most ${mostPods}</text>
<path d="${steps(desired, endedMs, lower)}" fill="none" stroke="#06c" stroke-width="1.5" stroke-dasharray="5 3"/>
<path d="${steps(pods, endedMs, lower)}" fill="none" stroke="#c30" stroke-width="1.5"/>
<path d="M${left} ${height - gap}H${right}" stroke="#888"/>
<text x="${left}" y="${height - 8}">0 s</text><text x="${right}" y="${height - 8}" text-anchor="end">${seconds} s</text>
</svg>`;
}

function steps(samples: readonly Sample[], endedMs: number, { xOf, yOf }: Scale): string {
  const [first, ...others] = samples;
  if (first === undefined) return '';
  const corner = ({ atMs, count }: Sample) => `H${xOf(atMs).toFixed(1)}V${yOf(count).toFixed(1)}`;
  const start = `M${xOf(first.atMs).toFixed(1)} ${yOf(first.count).toFixed(1)}`;
  return `${start}${others.map(corner).join('')}H${xOf(endedMs).toFixed(1)}`;
}
