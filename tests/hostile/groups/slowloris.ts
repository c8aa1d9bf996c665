import { setTimeout as wait } from 'node:timers/promises';
import type { Attacked } from '../attack.ts';
import { fault } from '../fault.ts';
import { sendGood, type Group } from '../group.ts';
import { stand, type Standing } from '../raw.ts';
import { until, type World } from '../world.ts';

const forms = ['headers', 'body', 'reading'] as const;
type Form = (typeof forms)[number];

/** The longest that a request may take to arrive, or an answer to be read; the looks for it, and room. */
const closedWithinMs = 52_000;

/** A byte each: more often than any time-out between two bytes that a server could have. */
const everyMs = 500;

/** A good sender meanwhile. */
const goodEveryMs = 20;

/** What an honest sender may wait at the 99th percentile while they hang on. */
export const longestP99Ms = 500;

/** Questions each: together their answers are more than the system buffers, so that the rest waits until somebody reads. */
const unread = 'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(60);
const mostUnread = 20;

function begin({ key }: World, form: Form): string {
  const head = `POST /events HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nContent-Type: application/json\r\n`;
  switch (form) {
    case 'headers':
      return head;
    case 'body':
      return `${head}Content-Length: 1000000\r\n\r\n{"id":"`;
    case 'reading':
      return unread;
    default:
      return form satisfies never;
  }
}

/** Holds a connection in one of the three forms until the receiver closes it; resolves with whether it did. */
async function hold({ socket, closed }: Standing, form: Form, first: string): Promise<boolean> {
  socket.pause();
  socket.write(first);
  let written = 1;
  const timer = setInterval(() => {
    if (form !== 'reading') socket.write('x');
    // Whoever never reads never learns of the end, but of what he writes after it.
    else socket.write(written++ < mostUnread ? unread : 'G');
  }, everyMs);
  const isOver = () => closed() || socket.destroyed || socket.errored !== null;
  if (form !== 'reading') socket.resume();
  const isClosed = await until(isOver, closedWithinMs);
  clearInterval(timer);
  socket.destroy();
  return isClosed;
}

async function measureGood(
  world: World,
  signal: AbortSignal,
): Promise<{ readonly ms: readonly number[]; readonly refused: readonly number[] }> {
  const ms: number[] = [];
  const refused: number[] = [];
  while (!signal.aborted) {
    const startedMs = performance.now();
    const { status } = await sendGood(world);
    // A refusal is no answer that an honest sender can use.
    ms.push(status === 202 ? performance.now() - startedMs : Infinity);
    if (status !== 202) refused.push(status);
    await wait(goodEveryMs);
  }
  return { ms: ms.toSorted((one, other) => one - other), refused };
}

export const slowloris: Group = {
  name: 'slowloris',
  does: 'sockets that send their headers or body byte by byte, or never read their answers, while an honest sender goes on',
  inputs: { whole: 500, short: 500 },
  async play(world, { inputs }): Promise<Attacked> {
    const held = await Promise.all(Array.from({ length: inputs }, () => stand(world.receiver.port)));
    const over = new AbortController();
    const good = measureGood(world, over.signal);
    const ends = await Promise.all(
      held.map(async (each, i) => {
        const form = forms[i % forms.length] ?? 'headers';
        return { form, isClosed: await hold(each, form, begin(world, form)) };
      }),
    );
    over.abort();
    const { ms, refused } = await good;
    const p99Ms = ms[Math.floor(ms.length * 0.99)] ?? Infinity;
    const open = forms.map((form) => [form, ends.filter((end) => end.form === form && !end.isClosed).length] as const);
    return {
      inputs,
      figures: {
        'p99 of a good event (ms)': Math.round(p99Ms * 10) / 10,
        'good events': ms.length,
        'of them refused': refused.length,
      },
      faults: [
        ...open
          .filter(([, count]) => count > 0)
          .map(([form, count]) => fault('hang', `${count} sockets with slow ${form} stay open`)),
        ...(p99Ms > longestP99Ms
          ? [
              fault(
                'hang',
                `a good event waits ${Math.round(p99Ms)} ms at the 99th percentile; refused with ${refused.join(', ')}`,
              ),
            ]
          : []),
      ],
    };
  },
};
