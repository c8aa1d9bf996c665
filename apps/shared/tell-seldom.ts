import type { Fault, FaultLog } from './log.ts';

/** Often enough to be found, seldom enough to be read. */
const tellEveryMs = 60_000;

/** Messages times faults times queues of a pod are a few dozen; codes that somebody else makes up must not fill the memory. */
const mostRemembered = 200;

/**
 * A log that tells each fault at once, and the same one again each minute at most, with how often it was met and not told.
 * Where all requests fail alike, a line for each would hide all others. `now`: monotonic, ms.
 */
export function tellSeldom(log: FaultLog, now: () => number): FaultLog {
  const remembered = new Map<string, { toldMs: number; untold: number }>();
  const tell = (level: keyof FaultLog, fields: Fault, msg: string) => {
    const { error, advice } = fields;
    const key = JSON.stringify([msg, error, advice]);
    const before = remembered.get(key);
    if (before !== undefined && now() < before.toldMs + tellEveryMs) {
      before.untold++;
      return;
    }
    const untold = before?.untold ?? 0;
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(key, { toldMs: now(), untold: 0 });
    log[level](untold === 0 ? fields : { ...fields, untold }, msg);
  };
  return {
    warn: (fields, msg) => tell('warn', fields, msg),
    error: (fields, msg) => tell('error', fields, msg),
  };
}
