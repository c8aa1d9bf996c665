import type { Sample } from './watch.ts';

type Style = 'bold' | 'dim' | 'green' | 'red';

/** A stretch of one line. Every character is one column wide. */
type Span = readonly [text: string, style?: Style];

export interface ViewOptions {
  readonly columns: number;
  readonly colour: boolean;
}

const codes: Readonly<Record<Style, number>> = { bold: 1, dim: 2, green: 32, red: 31 };

/** Wider bars say no more. */
const maxBar = 60;

function fit(spans: readonly Span[], { columns, colour }: ViewOptions): string {
  // The last column stays free: writing into it makes some terminals wrap.
  let room = Math.max(columns - 1, 0);
  let line = '';
  for (const [text, style] of spans) {
    const part = text.slice(0, room);
    room -= part.length;
    line += colour && style !== undefined && part !== '' ? `\x1b[${codes[style]}m${part}\x1b[0m` : part;
  }
  return line;
}

function bar(share: number, width: number): readonly [full: string, empty: string] {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * width);
  return ['█'.repeat(full), '░'.repeat(width - full)];
}

export function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How long the rest takes at the limit. */
export function remainingMs({ delivered, deadLetters, limit, perMs }: Sample, events: number): number {
  const left = Math.max(events - delivered - deadLetters, 0);
  return limit === 0 ? 0 : (left / limit) * perMs;
}

const windowName = (perMs: number) => (perMs === 1_000 ? 'the last second' : `the last ${perMs} ms`);

/** The block that a terminal shows, redrawn in place. */
export function renderView(sample: Sample, events: number, options: ViewOptions): string[] {
  const { accepted, delivered, duplicates, deadLetters, waiting, inHand, oldestMs, limit, perMs } = sample;
  const { callsInLastWindow: calls } = sample;
  const count = (name: string, value: number, bad = false): Span[] => [
    [`  ${name} `, 'dim'],
    [String(value), bad && value > 0 ? 'red' : 'bold'],
  ];
  const share = events === 0 ? 1 : (delivered + deadLetters) / events;
  const width = Math.max(Math.min(options.columns - 34, maxBar), 5);
  const [done, toDo] = bar(share, width);
  const [used, unused] = bar(limit === 0 ? 0 : calls / limit, limit);
  return [
    [
      ...count('accepted', accepted),
      ...count('queued', waiting + inHand),
      ...count('delivered', delivered),
      ...count('duplicates', duplicates, true),
      ...count('dead letters', deadLetters, true),
    ],
    [
      [`  calls in ${windowName(perMs)} `, 'dim'],
      [used, calls > limit ? 'red' : 'green'],
      [unused, 'dim'],
      [` ${calls} of ${limit}`],
    ],
    [
      ['  queue ', 'dim'],
      [`${waiting} waiting, ${inHand} in hand`],
      ['  oldest ', 'dim'],
      [oldestMs === undefined ? 'none' : duration(oldestMs)],
    ],
    [
      ['  '],
      [done, 'green'],
      [toDo, 'dim'],
      [` ${Math.floor(Math.min(share, 1) * 100)} %`],
      [share >= 1 ? '' : `  ${duration(remainingMs(sample, events))} left`, 'dim'],
    ],
  ].map((spans) => fit(spans as Span[], options));
}

/** The same in a line, for logs and pipes. */
export function renderLine(sample: Sample, events: number): string {
  const { accepted, delivered, duplicates, deadLetters, waiting, inHand, oldestMs, limit, perMs } = sample;
  return [
    `accepted ${accepted}`,
    `queued ${waiting + inHand} (${inHand} in hand)`,
    `delivered ${delivered}`,
    `duplicates ${duplicates}`,
    `dead letters ${deadLetters}`,
    `${sample.callsInLastWindow} of ${limit} calls in ${windowName(perMs)}`,
    `oldest ${oldestMs === undefined ? 'none' : duration(oldestMs)}`,
    `${duration(remainingMs(sample, events))} left`,
  ].join(', ');
}
