import type { Section } from '../figure.ts';
import { runDispatcher } from '../scale/dispatcher-run.ts';
import { figuresOf } from '../scale/long-run.ts';
import { measurePoints } from '../scale/points.ts';
import { runReceiver } from '../scale/receiver-run.ts';

/** What one pair works off in some weeks at five a second, in minutes. The short form sees a leak, not a slow one. */
const events = { receiver: { short: 80_000, whole: 1_000_000 }, dispatcher: { short: 50_000, whole: 1_000_000 } };

/** Who is slower than this is not waited for: the whole section is to take twelve minutes at most. */
const mostMs = { receiver: { short: 60_000, whole: 180_000 }, dispatcher: { short: 90_000, whole: 420_000 } };

const bytes = 500;

/** Whether processes grow with what they have done, and what an event costs them at several paces. */
export const scale: Section = async (bench) => {
  const form = bench.short ? 'short' : 'whole';
  const { signal, say } = bench;
  const received = await runReceiver({ events: events.receiver[form], mostMs: mostMs.receiver[form] }, bytes, signal);
  say(`the receiver took ${received.reached} events in ${received.seconds.toFixed(0)} s`);
  const dispatched = await runDispatcher({ events: events.dispatcher[form], mostMs: mostMs.dispatcher[form] }, signal);
  say(`the dispatcher delivered ${dispatched.reached} events in ${dispatched.seconds.toFixed(0)} s`);
  return [...figuresOf(received), ...figuresOf(dispatched), ...(await measurePoints(bench))];
};
