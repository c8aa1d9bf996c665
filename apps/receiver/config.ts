import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { port, readGatewayFile, type ConfigFault, type ConfigResult, type GatewayConfig } from '../shared/config.ts';
import { readTracing, tracingEnvironment, withoutEmpty, type TracingSettings } from '../shared/export-traces.ts';
import { parseKeyFile, type KeyRecord } from '../shared/keys.ts';
import { logLevels, type LogLevel } from '../shared/log.ts';
import { sqsClients, type SqsClient } from '../shared/sqs.ts';
import type { Schema } from './schema.ts';

/** The file of the API keys, as it was read. */
export interface KeyFile {
  readonly path: string;
  readonly text: string;
  readonly records: readonly KeyRecord[];
}

export interface ReceiverConfig {
  readonly gateway: GatewayConfig;
  /** `undefined`: anyone may send. */
  readonly apiKeys: KeyFile | undefined;
  readonly schemas: ReadonlyMap<string, Schema>;
  readonly instance: string;
  readonly redisUrl: string;
  readonly port: number;
  readonly opsPort: number;
  readonly host: string | undefined;
  readonly logLevel: LogLevel;
  readonly sqsClient: SqsClient;
  /** Where traces are sent; `undefined` where nobody is told of any. */
  readonly tracing: TracingSettings | undefined;
}

const environment = z.object({
  EGW_CONFIG: z.string('is not set: name the path of gateway.yaml').min(1),
  EGW_INSTANCE: z.string().min(1).max(128).default('local'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'is no redis:// or rediss:// URL' })
    .default('redis://127.0.0.1:6379'),
  PORT: port.default(8_080),
  OPS_PORT: port.default(9_090),
  HOST: z.string().min(1).optional(),
  EGW_SQS_CLIENT: z.enum(sqsClients).default('direct'),
  LOG_LEVEL: z.enum(logLevels).default('info'),
  ...tracingEnvironment,
});

function readKeys(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path);
  } catch (error) {
    throw new Error(`there is no file ${path} that can be read: make it with egw keys new --name NAME --file ${path}`, {
      cause: error,
    });
  }
}

/** Reads environment, file, keys and schemas, and tells every fault of all of them at once. */
export async function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): Promise<ConfigResult<ReceiverConfig>> {
  const variables = environment.safeParse(withoutEmpty(env));
  const faults: ConfigFault[] = (variables.error?.issues ?? []).map(({ path, message }) => ({
    path: path.join('.'),
    message,
  }));
  const attempt = <T>(path: string, make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      faults.push({ path, message: `cannot be used: ${message}` });
      return undefined;
    }
  };
  const { EGW_CONFIG: file = '' } = env;
  const gateway = readGatewayFile(file, readFile);
  if (!gateway.ok) return { ok: false, faults: [...faults, ...gateway.faults] };

  const beside = (path: string) => resolve(dirname(file), path);
  const { auth } = gateway.config;
  const { apiKeys } = auth;
  const keys =
    apiKeys &&
    attempt('auth.apiKeys.file', () => {
      const path = beside(apiKeys.file);
      const keyText = readKeys(path, readFile);
      return { path, text: keyText, records: parseKeyFile(keyText) };
    });
  const schemas = new Map<string, Schema>();
  const named = Object.entries(gateway.config.schemas);
  if (named.length > 0) {
    // Loaded by whoever has schemas: the library takes a part of every start.
    const { compileSchema } = await import('./schema.ts');
    for (const [type, path] of named) {
      const schema = attempt(`schemas.${type}`, () => compileSchema(JSON.parse(readFile(beside(path)))));
      if (schema !== undefined) schemas.set(type, schema);
    }
  }
  if (!variables.success || faults.length > 0) return { ok: false, faults };
  const { EGW_INSTANCE, REDIS_URL, PORT, OPS_PORT, HOST, LOG_LEVEL, EGW_SQS_CLIENT } = variables.data;
  return {
    ok: true,
    config: {
      gateway: gateway.config,
      apiKeys: keys,
      schemas,
      instance: EGW_INSTANCE,
      redisUrl: REDIS_URL,
      port: PORT,
      opsPort: OPS_PORT,
      host: HOST,
      logLevel: LOG_LEVEL,
      sqsClient: EGW_SQS_CLIENT,
      tracing: readTracing(variables.data),
    },
  };
}
