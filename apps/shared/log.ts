import { pino, stdTimeFunctions, type Logger } from 'pino';

/**
 * What an app writes about itself: JSON, one wide line per event and step, snake_case fields. Never a payload, a key or
 * GraphQL variables; errors from libraries are named by class and code, as their messages may quote a request.
 */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export function createLog(app: string, level: string): Logger {
  return pino({
    level,
    base: { app },
    messageKey: 'msg',
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

/** An error in words that are safe to log: its class and its code, and never its message. */
export function nameError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  const cause = error.cause === undefined ? '' : ` from ${nameError(error.cause)}`;
  return `${error.name}${code}${cause}`;
}
