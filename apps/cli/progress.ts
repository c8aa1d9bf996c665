/** Lines for whoever watches a log come no closer than this, in ms. */
const betweenLinesMs = 10_000;

/** A bar is painted no more often than an eye can follow, in ms. */
const betweenBarsMs = 100;

const barWidth = 30;

export interface Progress {
  readonly show: (done: number, text: string) => void;
  /** Leaves the last state on the screen. */
  readonly end: () => void;
}

/** How far something has come: a bar on a terminal, a line now and then elsewhere. */
export function createProgress(
  screen: { readonly isTTY: boolean; readonly write: (text: string) => unknown },
  total: number,
  now: () => number,
): Progress {
  let shownAtMs = -Infinity;
  let painted = '';
  return {
    show(done, text) {
      const most = Math.max(total, done, 1);
      const line = `${done} of ${total < done ? 'more' : total}, ${text}`;
      if (!screen.isTTY) {
        if (now() - shownAtMs < betweenLinesMs) return;
        shownAtMs = now();
        screen.write(`${line}\n`);
        return;
      }
      const full = Math.round((done / most) * barWidth);
      painted = `\r[${'#'.repeat(full)}${'-'.repeat(barWidth - full)}] ${line}\u001b[K`;
      if (now() - shownAtMs < betweenBarsMs) return;
      shownAtMs = now();
      screen.write(painted);
    },
    end() {
      if (screen.isTTY && painted !== '') screen.write(`${painted}\n`);
    },
  };
}
