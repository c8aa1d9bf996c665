/**
 * How many unknown codes are told. An API has a few dozen of them; one that makes a new one for each answer shall fill
 * neither the log nor the memory, and has shown by then that its codes are no list.
 */
const mostCodes = 100;

/** Logs each code that no rule knows once, so that somebody can say in `graphql.outcomes` what it means. */
export function createUnknownCodes(
  target: string,
  log: { warn(line: object, message: string): void },
): (code: string, outcome: string) => void {
  const told = new Set<string>();
  return (code, outcome) => {
    if (told.has(code) || told.size >= mostCodes) return;
    told.add(code);
    log.warn({ target, code, outcome, ...(told.size === mostCodes ? { last: true } : {}) }, 'code.unknown');
  };
}
