import { z } from 'zod';
import { readGatewayConfig, type ConfigFault, type GatewayConfig } from '../shared/config.ts';

export const usage = `egw limit open TARGET

  Declares that nobody called TARGET before whom Redis does not know of: for a first start, or after Redis lost its data and
  you know that the calls made before have left every window. Without it the limiter stays closed until they must have.

It reads EGW_CONFIG (the path of gateway.yaml), EGW_INSTANCE (local) and REDIS_URL (redis://127.0.0.1:6379).
`;

export interface LimitOpen {
  readonly kind: 'limit open';
  readonly target: string;
  readonly windows: GatewayConfig['targets'][string]['limit']['windows'];
  readonly instance: string;
  readonly redisUrl: string;
}

export type Command =
  | LimitOpen
  | { readonly kind: 'help' }
  | { readonly kind: 'misused'; readonly fault: string }
  | { readonly kind: 'faults'; readonly faults: readonly ConfigFault[] };

const environment = z.object({
  EGW_CONFIG: z.string('is not set: name the path of gateway.yaml').min(1),
  EGW_INSTANCE: z.string().min(1).max(128).default('local'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'is no redis:// or rediss:// URL' })
    .default('redis://127.0.0.1:6379'),
});

/** Reads what is asked for, and all that it needs to be done. */
export function readCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): Command {
  const [noun, verb, target, ...more] = args;
  if (noun === undefined || noun === 'help' || args.includes('--help')) return { kind: 'help' };
  if (noun !== 'limit' || verb !== 'open') return { kind: 'misused', fault: `There is no command ${args.join(' ')}.` };
  if (target === undefined || more.length > 0) return { kind: 'misused', fault: 'Name one target.' };

  const variables = environment.safeParse(env);
  if (!variables.success) {
    const faults = variables.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    return { kind: 'faults', faults };
  }
  const { EGW_CONFIG, EGW_INSTANCE: instance, REDIS_URL: redisUrl } = variables.data;
  let text: string;
  try {
    text = readFile(EGW_CONFIG);
  } catch {
    return { kind: 'faults', faults: [{ path: 'EGW_CONFIG', message: `names ${EGW_CONFIG}, which cannot be read` }] };
  }
  const gateway = readGatewayConfig(text);
  if (!gateway.ok) return { kind: 'faults', faults: gateway.faults };
  const { targets } = gateway.config;
  const settings = Object.hasOwn(targets, target) ? targets[target] : undefined;
  if (settings === undefined) {
    const names = Object.keys(targets).join(', ');
    return { kind: 'misused', fault: `There is no target ${target}: ${EGW_CONFIG} has only ${names}.` };
  }
  return { kind: 'limit open', target, windows: settings.limit.windows, instance, redisUrl };
}
