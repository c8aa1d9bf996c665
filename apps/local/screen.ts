import { renderLine, renderView } from './view.ts';
import type { Sample } from './watch.ts';

export interface Screen {
  readonly print: (...lines: readonly string[]) => void;
  /** Draws the live view over the last one; elsewhere than on a terminal, a line every few seconds. */
  readonly show: (sample: Sample, events: number) => void;
  /** Leaves what is drawn where it is, and gives the cursor back. */
  readonly rest: () => void;
}

export interface ScreenOptions {
  readonly write: (text: string) => void;
  readonly columns: () => number;
  /** A terminal that can be drawn on. */
  readonly live: boolean;
  readonly colour: boolean;
  readonly now: () => number;
}

const lineEveryMs = 5_000;

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';

export function createScreen({ write, columns, live, colour, now }: ScreenOptions): Screen {
  let drawn: string[] = [];
  let lastLineMs = -Infinity;
  // One write a frame, or the terminal may show half of one.
  const erase = () => (drawn.length === 0 ? '' : `\x1b[${drawn.length}A\x1b[0J`);
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  return {
    print: (...lines) => write(erase() + text(lines) + text(drawn)),
    show(sample, events) {
      if (live) {
        const view = renderView(sample, events, { columns: columns(), colour });
        write(`${drawn.length === 0 ? hideCursor : ''}${erase()}${text(view)}`);
        drawn = view;
      } else if (now() - lastLineMs >= lineEveryMs) {
        lastLineMs = now();
        write(text([renderLine(sample, events)]));
      }
    },
    rest() {
      if (drawn.length > 0) write(showCursor);
      drawn = [];
    },
  };
}
