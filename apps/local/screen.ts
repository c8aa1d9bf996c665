import type { WriteStream } from 'node:tty';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

/** Lines that are drawn over their former selves. */
export interface Screen {
  draw(lines: readonly string[]): void;
  /** Leaves the last lines standing, and the cursor below them. */
  end(): void;
}

export function createScreen(stream: Pick<WriteStream, 'write'>): Screen {
  let drawn = 0;
  return {
    draw(lines) {
      const up = drawn === 0 ? hideCursor : `\u001b[${drawn}A`;
      stream.write(up + lines.map((line) => `\r\u001b[2K${line}\n`).join(''));
      drawn = lines.length;
    },
    end() {
      if (drawn > 0) stream.write(showCursor);
      drawn = 0;
    },
  };
}
