import { destination, pino, type DestinationStream, type Logger } from 'pino';

/**
 * What an app writes about itself: JSON, one wide line per event and step, snake_case fields. Never a payload, a key or
 * GraphQL variables; errors from libraries are named by class and code, as their messages may quote a request.
 */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** What failed, by class and code, and what is wrong and to be done, where that is known. */
export interface Fault {
  readonly error: string;
  readonly advice: string | undefined;
  readonly [field: string]: unknown;
}

/** As much of a log as faults take. */
export interface FaultLog {
  readonly warn: (fault: Fault, msg: string) => void;
  readonly error: (fault: Fault, msg: string) => void;
}

/** So many characters are written at once, or what there is after so long. */
const together = 16_384;
const everyMs = 50;

/**
 * With `exits`, lines are written together: a write of its own for each costs more than everything that is measured. The rest
 * is written as the process ends; only SIGKILL takes up to that much of the log with it.
 */
export function createLog(app: string, level: string, exits?: Pick<NodeJS.Process, 'once'>): Logger {
  const out = destination({ dest: 1, sync: true });
  return pino(
    {
      level,
      base: { app },
      messageKey: 'msg',
      timestamp: createIsoTime(),
      formatters: { level: (label) => ({ level: label }) },
    },
    exits === undefined ? out : gather((lines) => out.write(lines), exits),
  );
}

/** The destination gathers by itself, but measures all that it has with each line. */
function gather(write: (lines: string) => void, exits: Pick<NodeJS.Process, 'once'>): DestinationStream {
  let lines = '';
  const flush = () => {
    if (lines === '') return;
    write(lines);
    lines = '';
  };
  setInterval(flush, everyMs).unref();
  exits.once('exit', flush);
  return {
    write(line: string) {
      lines += line;
      if (lines.length >= together) flush();
    },
  };
}

/** Many lines of one ms have one time. */
function createIsoTime(): () => string {
  let lastMs = 0;
  let lastTime = '';
  return () => {
    const nowMs = Date.now();
    if (nowMs !== lastMs) {
      lastMs = nowMs;
      lastTime = `,"time":"${new Date(nowMs).toISOString()}"`;
    }
    return lastTime;
  };
}

/** An error in words that are safe to log: its class and its code, and never its message. */
export function nameError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  const cause = error.cause === undefined ? '' : ` from ${nameError(error.cause)}`;
  return `${error.name}${code}${cause}`;
}
