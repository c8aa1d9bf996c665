import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { port, readGatewayFile, type ConfigFault, type GatewayConfig, type TargetConfig } from '../shared/config.ts';
import { idOfKey, parseKeyFile, type KeyRecord } from '../shared/keys.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Why a command is not run. */
export type Refusal =
  | { readonly kind: 'misused'; readonly noun: string | undefined; readonly fault: string }
  | { readonly kind: 'faults'; readonly faults: readonly ConfigFault[] };

/** The installation that a command is about. */
export interface Installation {
  readonly kind: 'installation';
  readonly targets: GatewayConfig['targets'];
  readonly auth: GatewayConfig['auth'];
  readonly file: string;
  readonly instance: string;
  readonly redisUrl: string;
}

const installation = z.object({
  EGW_CONFIG: z.string('is not set: name the path of gateway.yaml').min(1, 'is empty: name the path of gateway.yaml'),
  EGW_INSTANCE: z.string().min(1).max(128).default('local'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'is no redis:// or rediss:// URL' })
    .default('redis://127.0.0.1:6379'),
});

const sender = z.object({
  EGW_URL: z.url({ protocol: /^https?$/, error: 'is no http(s) URL' }).optional(),
  EGW_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'is no API key: copy it whole, without spaces or line ends')
    .optional(),
  PORT: port.default(8_080),
});

function faultsOf({ issues }: z.ZodError): Refusal {
  return { kind: 'faults', faults: issues.map(({ path, message }) => ({ path: path.join('.'), message })) };
}

/** The variables and the file behind them, checked whole. */
export function readInstallation(env: Env, readFile: (path: string) => string): Installation | Refusal {
  const variables = installation.safeParse(env);
  if (!variables.success) return faultsOf(variables.error);
  const { EGW_CONFIG: file, EGW_INSTANCE: instance, REDIS_URL: redisUrl } = variables.data;
  const gateway = readGatewayFile(file, readFile);
  if (!gateway.ok) return { kind: 'faults', faults: gateway.faults };
  const { targets, auth } = gateway.config;
  return { kind: 'installation', targets, auth, file, instance, redisUrl };
}

/** Where the receiver is, and the key to it. */
export function readSender(env: Env): { kind: 'sender'; url: string; key: string | undefined } | Refusal {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const variables = sender.safeParse(set);
  if (!variables.success) return faultsOf(variables.error);
  const { EGW_URL: url, EGW_KEY: key, PORT } = variables.data;
  return { kind: 'sender', url: url ?? `http://127.0.0.1:${PORT}`, key };
}

/** The name by which the receiver knows who sends with this key. */
export function nameOfSender(
  { auth, file }: Installation,
  key: string | undefined,
  readFile: (path: string) => string,
): { readonly kind: 'name'; readonly name: string } | Refusal {
  if (auth.apiKeys === undefined) return { kind: 'name', name: 'anonymous' };
  const path = resolve(dirname(file), auth.apiKeys.file);
  const fault = (message: string): Refusal => ({ kind: 'faults', faults: [{ path: 'EGW_KEY', message }] });
  if (key === undefined) return fault('is not set: put the API key there');
  let records: readonly KeyRecord[];
  try {
    records = parseKeyFile(readFile(path));
  } catch (error) {
    return fault(`cannot be looked up in ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const record = records.find(({ id }) => id === idOfKey(key));
  return record === undefined ? fault(`is not in ${path}`) : { kind: 'name', name: record.name };
}

export interface NamedTarget {
  readonly kind: 'target';
  readonly target: string;
  readonly settings: TargetConfig;
}

/** The target of a name, or the only one where none is given. */
export function pickTarget(
  noun: string,
  { targets, file }: Installation,
  name: string | undefined,
): NamedTarget | Refusal {
  const names = Object.keys(targets);
  const [only = '', ...others] = names;
  if (name === undefined && others.length > 0) {
    return { kind: 'misused', noun, fault: `Name one target: ${file} has ${names.join(', ')}.` };
  }
  const target = name ?? only;
  const settings = Object.hasOwn(targets, target) ? targets[target] : undefined;
  if (settings === undefined) {
    return { kind: 'misused', noun, fault: `There is no target ${target}: ${file} has only ${names.join(', ')}.` };
  }
  return { kind: 'target', target, settings };
}
