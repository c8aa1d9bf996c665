export const nothing = () => undefined;

/** What message-queue-toolkit asks of a log, saying nothing. */
export const logger = {
  level: 'silent',
  msgPrefix: '',
  silent: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
  child: () => logger,
  isLevelEnabled: () => false,
};
