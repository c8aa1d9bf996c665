import type { TargetConfig } from '../shared/config.ts';
import type { Redis } from '../shared/redis.ts';
import { recordKey } from '../shared/state-keys.ts';
import { createFilter, describeFilter } from './filter.ts';
import { readLetter, redriveBody, type Letter } from './letter.ts';
import { tellLeft } from './list.ts';
import { jsonLine, letters as lettersOf, safe, span, type Ended } from './print.ts';
import { createProgress } from './progress.ts';
import { patiently, reachRedis, unreachable } from './reach.ts';
import { createReader } from './reader.ts';
import type { DeadLetters, Tools } from './tools.ts';
import { wait } from '../shared/wait.ts';

export interface Redrive extends DeadLetters {
  readonly dryRun: boolean;
  /** The part of the limit to send at, over 0 and at most 1. */
  readonly share: number;
  readonly force: boolean;
}

/** Letters in hand at once, so that a limit of hundreds a second is not held up by the way to SQS. */
const mostInHand = 10;

/** So many failures in a row are SQS', and not the letters'. */
const mostFailures = 3;

/** What is left in the dead-letter queue, and why. */
const skips = {
  malformed: 'hold no event of ours: see egw dlq show, and drop them or send the event anew',
  ended:
    'have no record in the ledger any more, so nobody would notice that one was delivered after all: --force sends them',
  died_again: 'died again after this run had sent their event: the next run takes them',
  not_sent: 'were not taken by the queue',
} as const;
type Skip = keyof typeof skips;

/** How far apart letters are sent: at a share of the tightest window, as the limiter paces it. */
export function spacingOf({ windows, margin }: TargetConfig['limit'], share: number): number {
  return Math.max(...windows.map(({ calls, per }) => (per + margin) / calls)) / share;
}

/** Sends events to their queue again and deletes their letters, in this order: a kill between them leaves two, never none. */
export async function redrive(command: Redrive, tools: Tools): Promise<Ended> {
  const { print, createRedis } = tools;
  const { force, dryRun, redisUrl } = command;
  if (force) return run(command, tools, undefined);
  const reached = await reachRedis(redisUrl, createRedis);
  if (reached.ok) {
    try {
      return await run(command, tools, reached.redis);
    } finally {
      reached.redis.disconnect();
    }
  }
  print.tell(`${reached.told} Until then nobody can tell whose record has ended; --force sends all the same.`);
  if (!dryRun) return { ok: false };
  await run(command, tools, undefined);
  return { ok: false };
}

async function run(command: Redrive, tools: Tools, redis: Redis | undefined): Promise<Ended> {
  const { queues, print, now, stop } = tools;
  const { target, settings, instance, dryRun, json } = command;
  const { url, deadLetterUrl } = settings.queue;
  const spacingMs = spacingOf(settings.limit, command.share);
  const fits = createFilter(command.filter, now());
  const depth = await queues.depth(deadLetterUrl);
  const progress = createProgress(tools.screen, depth.visible, now);
  const reader = createReader(queues, deadLetterUrl, command.hideSeconds, now);
  const skipped: Record<Skip, number> = { malformed: 0, ended: 0, died_again: 0, not_sent: 0 };
  // By key the redrive number that this run sent: what dies again at once would otherwise go round for ever.
  const sentAs = new Map<string, number>();
  let looked = 0;
  let meant = 0;
  let redriven = 0;
  let undeleted = 0;
  let failures = 0;
  let fault: string | undefined;
  let hidden: number;

  const skipOf = async (letter: Letter): Promise<Skip | undefined> => {
    const { event, key } = letter;
    if (event === undefined || key === undefined) return 'malformed';
    if (event.redrive > (sentAs.get(key) ?? Infinity)) return 'died_again';
    if (redis === undefined) return undefined;
    return (await patiently(() => redis.exists(recordKey(instance, target, key)))) === 0 ? 'ended' : undefined;
  };

  const bringBack = async (letter: Letter): Promise<void> => {
    if (letter.event === undefined || letter.key === undefined) return;
    try {
      await queues.send(url, redriveBody(letter.event));
      sentAs.set(letter.key, letter.event.redrive);
      failures = 0;
    } catch (error) {
      skipped.not_sent++;
      if (++failures >= mostFailures) fault ??= error instanceof Error ? error.message : String(error);
      return;
    }
    redriven++;
    await reader.remove(letter).catch(() => undeleted++);
  };

  const inHand = new Set<Promise<void>>();
  let dueMs = performance.now();
  try {
    for await (const received of reader.read(stop)) {
      looked++;
      const letter = readLetter(received, instance, target);
      if (!fits(letter)) continue;
      meant++;
      const skip = await skipOf(letter).catch((error: unknown) => {
        fault ??= unreachable(command.redisUrl, error);
        return undefined;
      });
      if (fault !== undefined) break;
      if (skip !== undefined) skipped[skip]++;
      else if (dryRun) redriven++;
      else {
        await wait(dueMs - performance.now(), stop);
        if (inHand.size >= mostInHand) await Promise.race(inHand);
        if (stop.aborted) break;
        dueMs = Math.max(dueMs, performance.now()) + spacingMs;
        const task: Promise<void> = bringBack(letter).finally(() => inHand.delete(task));
        inHand.add(task);
        progress.show(looked, `${redriven} sent again at one every ${span(spacingMs)}`);
      }
      if (redriven + inHand.size >= command.limit) break;
    }
  } catch (error) {
    // What was done until then is told all the same.
    fault ??= error instanceof Error ? error.message : String(error);
  } finally {
    await Promise.all(inHand);
    progress.end();
    hidden = await reader.giveBack();
  }

  const takesMs = Math.max(0, redriven - 1) * spacingMs;
  if (json) {
    await print.out(
      jsonLine({
        target,
        dry_run: dryRun,
        looked_at: looked,
        matching: meant,
        [dryRun ? 'would_redrive' : 'redriven']: redriven,
        ...Object.fromEntries(Object.entries(skipped).map(([name, count]) => [`skipped_${name}`, count])),
        not_deleted: undeleted,
        came_later: reader.later(),
        spacing_ms: Math.round(spacingMs),
        ...(dryRun ? { would_take_seconds: Math.round(takesMs / 1_000) } : { stopped: stop.aborted }),
        records_checked: redis !== undefined,
      }),
    );
  }
  const pace = `one every ${span(spacingMs)}, ${command.share} of the limit`;
  print.tell(
    dryRun
      ? `${lettersOf(redriven)}${describeFilter(command.filter)} of ${looked} at ${target} would be sent again. It would take ${span(takesMs)}: ${pace}. Nothing was changed.`
      : `${lettersOf(redriven)} of ${looked} at ${target} sent again: ${pace}.`,
  );
  for (const [name, why] of Object.entries(skips)) {
    if (skipped[name as Skip] > 0) print.tell(`${lettersOf(skipped[name as Skip])} left: they ${why}.`);
  }
  if (undeleted > 0)
    print.tell(`${lettersOf(undeleted)} sent but not deleted: a later run sends them again, and the ledger knows.`);
  if (fault !== undefined) print.tell(safe(`It ended early. ${fault} Run it again to go on.`));
  tellLeft(reader, hidden, command, tools);
  return { ok: fault === undefined && !stop.aborted && skipped.not_sent + undeleted + hidden === 0 };
}
