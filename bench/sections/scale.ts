import type { Section } from '../figure.ts';
import { runDispatcher } from '../scale/dispatcher-run.ts';
import { figuresOf } from '../scale/long-run.ts';
import { measurePoints } from '../scale/points.ts';
import { runReceiver } from '../scale/receiver-run.ts';

/** What a receiver of webhooks gets in some weeks, in minutes; the short form sends a fifth of it. */
const events = { short: 200_000, whole: 1_000_000 };

/** No longer than this each, so that the whole section takes twelve minutes at most, and its short form ninety seconds. */
const mostMs = {
  receiver: { short: 20_000, whole: 180_000 },
  dispatcher: { short: 42_000, whole: 420_000 },
};

const bytes = 500;

/** Whether processes grow with what they have done, and what an event costs them at several paces. */
export const scale: Section = async (bench) => {
  const form = bench.short ? 'short' : 'whole';
  const { signal, say } = bench;
  const received = await runReceiver({ events: events[form], mostMs: mostMs.receiver[form] }, bytes, signal);
  say(`the receiver took ${received.reached} events in ${received.seconds.toFixed(0)} s`);
  const dispatched = await runDispatcher({ events: events[form], mostMs: mostMs.dispatcher[form] }, signal);
  say(`the dispatcher delivered ${dispatched.reached} events in ${dispatched.seconds.toFixed(0)} s`);
  return [...figuresOf(received), ...figuresOf(dispatched), ...(await measurePoints(bench))];
};
