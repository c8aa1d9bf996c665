/** The labels by which targets are told apart. */
export const byTarget = 'on (namespace, target)';

/** Redis and the receivers know; the dispatchers may be none. */
export const circuitOpen = 'max by (namespace, target) (eventgw_target_circuit_open)';

/** How many a second in a window, by these labels. */
export function rate(metric: string, labels: string, window: string, by = 'namespace, target'): string {
  return `sum by (${by}) (rate(${metric}{${labels}}[${window}]))`;
}
