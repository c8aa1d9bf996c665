import * as z from 'zod';
import { port, readGatewayFile, type ConfigFault, type ConfigResult, type TargetConfig } from '../shared/config.ts';
import { readTracing, tracingEnvironment, withoutEmpty, type TracingSettings } from '../shared/export-traces.ts';
import { logLevels, type LogLevel } from '../shared/log.ts';
import { sqsClients, type SqsClient } from '../shared/sqs.ts';
import { parseMutation, type Operation } from './dispatch.ts';
import { compile } from './expression.ts';
import { createReconcile, type Reconcile } from './reconcile.ts';
import type { InDoubt } from './settle.ts';

export interface DispatcherConfig {
  readonly target: string;
  readonly settings: TargetConfig;
  /** How the delivery of an event belongs to its trace. */
  readonly traceProcess: 'parent' | 'link';
  readonly mutation: Operation;
  readonly inDoubt: InDoubt;
  /** Where a call in doubt is asked for. */
  readonly reconcile: Reconcile | undefined;
  readonly instance: string;
  readonly redisUrl: string;
  readonly opsPort: number;
  readonly host: string | undefined;
  readonly logLevel: LogLevel;
  readonly sqsClient: SqsClient;
  /** Where traces are sent; `undefined` where nobody is told of any. */
  readonly tracing: TracingSettings | undefined;
}

const environment = z.object({
  EGW_CONFIG: z.string('is not set: name the path of gateway.yaml').min(1),
  EGW_TARGET: z.string('is not set: name the target that this dispatcher serves').min(1),
  EGW_INSTANCE: z.string().min(1).max(128).default('local'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'is no redis:// or rediss:// URL' })
    .default('redis://127.0.0.1:6379'),
  OPS_PORT: port.default(9_090),
  HOST: z.string().min(1).optional(),
  EGW_SQS_CLIENT: z.enum(sqsClients).default('direct'),
  LOG_LEVEL: z.enum(logLevels).default('info'),
  ...tracingEnvironment,
});

/** Reads environment and file, and tells every fault of both at once. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): ConfigResult<DispatcherConfig> {
  const variables = environment.safeParse(withoutEmpty(env));
  const faults: ConfigFault[] = (variables.error?.issues ?? []).map(({ path, message }) => ({
    path: path.join('.'),
    message,
  }));
  const { EGW_CONFIG: file = '' } = env;
  const gateway = readGatewayFile(file, readFile);
  if (!gateway.ok) return { ok: false, faults: [...faults, ...gateway.faults] };

  const { targets } = gateway.config;
  const target = env['EGW_TARGET'] ?? '';
  const settings = Object.hasOwn(targets, target) ? targets[target] : undefined;
  if (settings === undefined) {
    const names = Object.keys(targets).join(', ');
    if (target !== '') faults.push({ path: 'EGW_TARGET', message: `is ${target}, but ${file} has only: ${names}` });
    return { ok: false, faults };
  }
  const { graphql } = settings;
  const path = `targets.${target}.graphql`;
  const mutation = attempt(() => parseMutation(graphql.mutation));
  if (!mutation.ok) faults.push({ path: `${path}.mutation`, message: mutation.fault });
  const { inDoubt } = settings;
  const reconcile = attempt(() => (typeof inDoubt === 'string' ? undefined : createReconcile(inDoubt.reconcile)));
  if (!reconcile.ok) faults.push({ path: `targets.${target}.inDoubt.reconcile`, message: reconcile.fault });
  const input = attempt(() => (graphql.input === undefined ? undefined : compile(graphql.input)));
  if (!input.ok) faults.push({ path: `${path}.input`, message: input.fault });
  if (!mutation.ok || !reconcile.ok || !variables.success || faults.length > 0) return { ok: false, faults };
  const { EGW_INSTANCE, REDIS_URL, OPS_PORT, HOST, LOG_LEVEL, EGW_SQS_CLIENT } = variables.data;
  return {
    ok: true,
    config: {
      target,
      settings,
      traceProcess: gateway.config.tracing.process,
      mutation: mutation.value,
      inDoubt: typeof inDoubt === 'string' ? inDoubt : 'reconcile',
      reconcile: reconcile.value,
      instance: EGW_INSTANCE,
      redisUrl: REDIS_URL,
      opsPort: OPS_PORT,
      host: HOST,
      logLevel: LOG_LEVEL,
      sqsClient: EGW_SQS_CLIENT,
      tracing: readTracing(variables.data),
    },
  };
}

function attempt<T>(
  make: () => T,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string } {
  try {
    return { ok: true, value: make() };
  } catch (error) {
    const message =
      typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
    return { ok: false, fault: message };
  }
}
