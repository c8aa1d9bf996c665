import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry of its own per app, with the process' own figures. All our names start with `eventgw_`. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
