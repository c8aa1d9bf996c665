import type { TargetConfig } from '../shared/config.ts';
import { lookAtLimit, type LimitLook, type WindowLook } from './limit-look.ts';
import { jsonLine, safe, span, spanName, type Ended, type Flat } from './print.ts';
import type { Depth } from './queues.ts';
import { patiently, reachRedis, unreachable } from './reach.ts';
import type { Tools } from './tools.ts';

export interface Status {
  readonly targets: readonly { readonly target: string; readonly settings: TargetConfig }[];
  readonly instance: string;
  readonly redisUrl: string;
  readonly json: boolean;
}

interface Look {
  readonly target: string;
  readonly queue: Depth | undefined;
  readonly letters: Depth | undefined;
  readonly limit: LimitLook | undefined;
}

/** Tells how things are with each target; what cannot be asked is told as such, and the rest all the same. */
export async function status(command: Status, tools: Tools): Promise<Ended> {
  const { queues, print, createRedis } = tools;
  const { instance, redisUrl, json } = command;
  const faults = new Set<string>();
  const attempt = <T>(asked: Promise<T>, say: (error: unknown) => string) =>
    asked.catch((error: unknown) => {
      faults.add(say(error));
      return undefined;
    });
  const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));
  const reached = await reachRedis(redisUrl, createRedis);
  if (!reached.ok) faults.add(reached.told);
  try {
    for (const { target, settings } of command.targets) {
      const [queue, letters, limit] = await Promise.all([
        attempt(queues.depth(settings.queue.url), sentence),
        attempt(queues.depth(settings.queue.deadLetterUrl), sentence),
        reached.ok
          ? attempt(
              patiently(() => lookAtLimit(reached.redis, { instance, target }, settings.limit)),
              (error) => unreachable(redisUrl, error),
            )
          : undefined,
      ]);
      const look: Look = { target, queue, letters, limit };
      await print.out(json ? jsonLine(flatLook(look, instance)) : pageOf(look, instance, settings));
    }
  } finally {
    if (reached.ok) reached.redis.disconnect();
  }
  for (const fault of faults) print.tell(safe(fault));
  return { ok: faults.size === 0 };
}

const isEmpty = ({ visible, inFlight, delayed }: Depth) => visible + inFlight + delayed === 0;

const ageUnknown = "not known, as nothing was received yet: see CloudWatch's ApproximateAgeOfOldestMessage";

/** SQS gives out messages about in the order of their sending: what still waits is hardly older than what came last. */
function ageText(queue: Depth, oldest: LimitLook['oldest']): string {
  if (isEmpty(queue)) return 'nothing waits';
  if (oldest === undefined) return ageUnknown;
  return `about ${span(oldest.ageMs)}, by the last message received, ${span(oldest.receivedAgoMs)} ago`;
}

function flatLook({ target, queue, letters, limit }: Look, instance: string): Flat {
  const windows = limit?.windows.map(({ calls, perMs, used, nextSlotMs }): Flat => {
    const name = `window_${spanName(perMs)}`;
    return {
      [`${name}_calls`]: calls,
      [`${name}_used`]: used ?? null,
      [`${name}_next_slot_ms`]: nextSlotMs === undefined ? null : Math.ceil(nextSlotMs),
    };
  });
  return {
    target,
    instance,
    visible: queue?.visible ?? null,
    in_flight: queue?.inFlight ?? null,
    delayed: queue?.delayed ?? null,
    dead_letters: letters === undefined ? null : letters.visible + letters.inFlight + letters.delayed,
    oldest_age_seconds:
      queue === undefined || isEmpty(queue) || limit?.oldest === undefined
        ? null
        : Math.round(limit.oldest.ageMs / 1_000),
    oldest_age: queue === undefined ? null : ageText(queue, limit?.oldest),
    ...(windows ?? []).reduce<Flat>((all, each) => ({ ...all, ...each }), {}),
    calls_in_flight: limit?.inFlight ?? null,
    circuit_open: limit === undefined ? null : limit.circuitOpenMs !== undefined,
    circuit_open_ms: limit?.circuitOpenMs ?? null,
    paused: limit === undefined ? null : limit.pause !== undefined,
    pause_reason: limit?.pause?.reason ?? null,
    pause_left_ms: limit?.pause?.leftMs ?? null,
  };
}

function pageOf({ target, queue, letters, limit }: Look, instance: string, { limit: set }: TargetConfig): string {
  const line = (name: string, text: string) => `  ${name.padEnd(14)} ${text}`;
  const dead = letters === undefined ? undefined : letters.visible + letters.inFlight + letters.delayed;
  const unknown = 'not known';
  return [
    `${target} (${instance})`,
    line(
      'queue',
      queue === undefined
        ? unknown
        : `${queue.visible} visible, ${queue.inFlight} in flight, ${queue.delayed} delayed (SQS' estimate)`,
    ),
    line('oldest', queue === undefined ? unknown : ageText(queue, limit?.oldest)),
    line('dead letters', dead === undefined ? unknown : dead === 0 ? '0' : `${dead}: see egw dlq list ${target}`),
    ...(limit === undefined
      ? [line('limit', unknown)]
      : limit.windows.map((window) => line('limit', windowText(window, target)))),
    ...(limit?.inFlight === undefined
      ? []
      : [line('calls', `${limit.inFlight} of ${set.maxInFlight ?? 0} in flight in the whole fleet`)]),
    line('circuit', limit === undefined ? unknown : circuitText(limit.circuitOpenMs)),
    line('pause', limit === undefined ? unknown : pauseText(limit.pause)),
  ].join('\n');
}

function windowText({ calls, perMs, used, nextSlotMs }: WindowLook, target: string): string {
  const name = `${calls} calls per ${spanName(perMs)}`;
  if (nextSlotMs === undefined) {
    return `${name}: Redis knows of no call, so it stays closed at first: egw limit open ${target} declares a first start`;
  }
  const free = nextSlotMs === 0 ? 'a slot is free now' : `the next slot is free in ${span(nextSlotMs)}`;
  return used === undefined
    ? `${name}: ${free}`
    : `${name}: ${used} used (${((used / calls) * 100).toFixed(0)} %), ${free}`;
}

function circuitText(openMs: number | undefined): string {
  if (openMs === undefined) return 'closed';
  return `open for ${span(openMs)}: the target is not there; one pod asks for it, the others wait`;
}

function pauseText(pause: LimitLook['pause']): string {
  if (pause === undefined) return 'none';
  const why =
    pause.reason === 'unauthorised'
      ? 'the target refuses our credential: correct it'
      : pause.reason === 'throttled'
        ? 'the target asked for it'
        : safe(pause.reason);
  return `${span(pause.leftMs)} left (${safe(pause.reason)}: ${why})`;
}
