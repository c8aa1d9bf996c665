import { markup, type Markup } from './markup.ts';

export interface Mark {
  readonly x: number;
  readonly text: string;
}

const laneHeight = 15;
const lanes = 4;
const longestLabel = 32;
/** The width of a wide font, so that labels stay apart in any. */
const widthPerCharacter = 6.4;

interface Placed extends Mark {
  readonly label: string;
  /** Lane 0 lies on the plot; null where there was no room for a label. */
  readonly lane: number | null;
  readonly from: number;
  readonly to: number;
}

export function marksHeight(placed: readonly Placed[]): number {
  return laneHeight * (1 + Math.max(-1, ...placed.map(({ lane }) => lane ?? -1)));
}

/** Gives every mark the lowest lane where its label lies on no other, to the right of its line if it fits there. */
export function placeMarks(marks: readonly Mark[], right: number): Placed[] {
  const placed: Placed[] = [];
  for (const { x, text } of [...marks].sort((a, b) => b.x - a.x)) {
    const label = text.length > longestLabel ? `${text.slice(0, longestLabel - 1)}…` : text;
    const width = label.length * widthPerCharacter + 8;
    const from = x + width > right ? x - width : x;
    const to = from + width;
    const isFree = (lane: number) =>
      placed.every((other) => other.lane !== lane || other.from >= to || other.to <= from);
    const lane = Array.from({ length: lanes }, (_, index) => index).find(isFree) ?? null;
    placed.push({ x, text, label, lane, from, to });
  }
  return placed;
}

/** Lines from the label, or from the plot's edge, down to `bottom`; the plot begins below the lanes, at `top`. */
export function drawMarks(placed: readonly Placed[], top: number, bottom: number): Markup {
  const startOf = (lane: number | null) => (lane === null ? top - 3 : top - (lane + 1) * laneHeight + 2);
  const lines = placed.map(
    ({ x, text, lane }) => markup`<path d="M${x.toFixed(1)} ${startOf(lane)}V${bottom}"><title>${text}</title></path>`,
  );
  const labels = placed
    .filter(({ lane }) => lane !== null)
    .map(({ x, label, lane, from }) => {
      const [textX, anchor] = from < x ? [x - 4, 'end'] : [x + 4, 'start'];
      return markup`<text x="${textX.toFixed(1)}" y="${startOf(lane) + 10}" class="${anchor}">${label}</text>`;
    });
  // Labels come last, so that a line to a higher lane passes behind them.
  return markup`<g class="marks">${lines}${labels}</g>`;
}
