import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { createScreen } from '../../apps/local/screen.ts';
import { renderLine, renderView } from '../../apps/local/view.ts';
import { nothingSeen } from '../../apps/local/watch.ts';

const sample = {
  ...nothingSeen,
  accepted: 500,
  delivered: 120,
  undelivered: 380,
  waiting: 363,
  inHand: 17,
  oldestMs: 24_100,
  callsInLastWindow: 4,
  limit: 5,
};

describe('the live view', () => {
  it('shows counts, the limit, the queue and what remains', () => {
    const text = renderView(sample, 500, { columns: 100, colour: false }).join('\n');
    expect(text).toContain('accepted 500  queued 380  delivered 120  duplicates 0  dead letters 0');
    expect(text).toContain('calls in the last second ████░ 4 of 5');
    expect(text).toContain('queue 363 waiting, 17 in hand  oldest 25 s');
    expect(text).toContain(' 24 %  1 min 16 s left');
  });

  it.each([10, 40, 200])('keeps within %i columns, colour or not', (columns) => {
    const plain = renderView(sample, 500, { columns, colour: false });
    expect(Math.max(...plain.map((line) => line.length))).toBeLessThan(columns);
    const coloured = renderView(sample, 500, { columns, colour: true });
    expect(coloured.map((line) => stripVTControlCharacters(line))).toEqual(plain);
    expect(coloured.join('')).toContain('\x1b[2m');
  });

  it('says the same in a line', () => {
    expect(renderLine(sample, 500)).toBe(
      'accepted 500, queued 380 (17 in hand), delivered 120, duplicates 0, dead letters 0, 4 of 5 calls in the last second, oldest 25 s, 1 min 16 s left',
    );
  });
});

describe('the screen', () => {
  const record = (live: boolean) => {
    let written = '';
    let ms = 0;
    const screen = createScreen({
      write: (text) => void (written += text),
      columns: () => 80,
      live,
      colour: false,
      now: () => ms,
    });
    const take = () => {
      const text = written;
      written = '';
      return text;
    };
    return { screen, take, pass: (by: number) => (ms += by) };
  };

  it('redraws in place, prints above, and gives the cursor back once', () => {
    const { screen, take } = record(true);
    const view = `${renderView(sample, 500, { columns: 80, colour: false }).join('\n')}\n`;
    screen.show(sample, 500);
    expect(take()).toBe(`\x1b[?25l${view}`);
    screen.show(sample, 500);
    expect(take()).toBe(`\x1b[4A\x1b[0J${view}`);
    screen.print('news');
    expect(take()).toBe(`\x1b[4A\x1b[0Jnews\n${view}`);
    screen.rest();
    screen.rest();
    expect(take()).toBe('\x1b[?25h');
  });

  it('writes a plain line every five seconds elsewhere', () => {
    const { screen, take, pass } = record(false);
    screen.show(sample, 500);
    expect(take()).toBe(`${renderLine(sample, 500)}\n`);
    pass(4_999);
    screen.show(sample, 500);
    expect(take()).toBe('');
    pass(1);
    screen.show(sample, 500);
    screen.rest();
    expect(take()).toBe(`${renderLine(sample, 500)}\n`);
  });
});
