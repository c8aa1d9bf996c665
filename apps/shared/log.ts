import sonicBoom from 'sonic-boom';
import { createIsoTime } from './iso-time.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

type Fields = Readonly<Record<string, unknown>>;

declare const worded: unique symbol;

/** Fields as they stand in a line. */
export type Worded = string & { readonly [worded]: true };

/** `first`: what stands before the other fields. */
type Write = (fields: Fields, msg: string, first?: Worded) => void;

/** For a line that is written when what it tells is no longer at hand: to read it again then costs more than to write it. */
export function word(fields: Fields): Worded {
  return JSON.stringify(fields).slice(1, -1) as Worded;
}

/**
 * What an app writes about itself: JSON, one wide line per event and step, snake_case fields. Never a payload, a key or
 * GraphQL variables; errors from libraries are named by class and code, as their messages may quote a request.
 */
export type Log = Readonly<Record<Exclude<LogLevel, 'silent'>, Write>>;

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
 * Writes lines to stdout: `{"level":…,"time":…,"app":…,` fields `,"msg":…}`. All fields become text at once, where a
 * general logger writes one after the other (decision 29).
 *
 * With `exits`, lines are written together: a write of its own for each costs more than everything that is measured. The rest
 * is written as the process ends; only SIGKILL takes up to that much of the log with it.
 */
export function createLog(app: string, level: LogLevel, exits?: Pick<NodeJS.Process, 'once'>): Log {
  const out = new sonicBoom.SonicBoom({ fd: 1, sync: true });
  const writeOut = (lines: string) => void out.write(lines);
  const write = exits === undefined ? writeOut : gather(writeOut, exits);
  const time = createIsoTime(Date.now);
  const at = (own: LogLevel): Write => {
    if (logLevels.indexOf(own) < logLevels.indexOf(level)) return () => undefined;
    const begin = `{"level":"${own}","time":"`;
    const middle = `","app":"${app}"`;
    const before = (text: Worded | undefined) => (text === undefined || text === '' ? '' : `,${text}`);
    return (fields, msg, first) => {
      write(`${begin}${time()}${middle}${before(first)}${before(word(fields))},"msg":${JSON.stringify(msg)}}\n`);
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** The destination gathers by itself, but measures all that it has with each line. */
function gather(write: (lines: string) => void, exits: Pick<NodeJS.Process, 'once'>): (line: string) => void {
  let lines = '';
  const flush = () => {
    if (lines === '') return;
    write(lines);
    lines = '';
  };
  setInterval(flush, everyMs).unref();
  exits.once('exit', flush);
  return (line) => {
    lines += line;
    if (lines.length >= together) flush();
  };
}

/** An error in words that are safe to log: its class and its code, and never its message. */
export function nameError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  const cause = error.cause === undefined ? '' : ` from ${nameError(error.cause)}`;
  return `${error.name}${code}${cause}`;
}

/**
 * Where an error comes from: its frames alone, as its message, of one line or many, may quote a payload. Where the message was
 * changed, the old one still stands in the stack, and nobody can tell where it ends.
 */
export function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { stack = '', message } = error;
  const nameEnd = stack.indexOf(message === '' ? '\n' : `: ${message}\n`);
  // A name has no colon: where there is one, it is the old message's.
  if (nameEnd === -1 || stack.slice(0, nameEnd).includes(':')) return undefined;
  const lines = stack.slice(nameEnd + message.length).split('\n');
  return lines.filter((line) => line.startsWith('    at ')).join('\n');
}
