import * as z from 'zod';
import { logLevels, type LogLevel } from '../shared/log.ts';
import { limitSchema } from './limit.ts';

export interface Config {
  host: string;
  port: number;
  adminPort: number;
  limit: { calls: number; perMs: number };
  latencyMs: number;
  honoursKeys: boolean;
  logLevel: LogLevel;
}

export type ConfigResult = { kind: 'config'; config: Config } | { kind: 'faulty'; faults: string[] };

const seen = (value: unknown): string => JSON.stringify(value);

function wholeNumber(byDefault: number, { min, max }: { min: number; max: number }) {
  const fits = (text: string): boolean => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max;
  return z
    .string()
    .default(String(byDefault))
    .refine(fits, { error: ({ input }) => `is ${seen(input)}; give a whole number from ${min} to ${max}` })
    .transform(Number);
}

const { calls, perMs } = limitSchema.shape;

const bounds = ({ minValue, maxValue }: z.ZodNumber) => ({ min: minValue ?? 0, max: maxValue ?? Infinity });
const portBounds = { min: 0, max: 65_535 };

const environment = z
  .object({
    PORT: wholeNumber(4_000, portBounds),
    ADMIN_PORT: wholeNumber(4_001, portBounds),
    HOST: z
      .string()
      .default('127.0.0.1')
      .refine((host) => /^[^\s]+$/.test(host), {
        error: ({ input }) => `is ${seen(input)}; give the name or address to listen on`,
      }),
    LIMIT_CALLS: wholeNumber(5, bounds(calls)),
    LIMIT_PER_MS: wholeNumber(1_000, bounds(perMs)),
    /** A minute: no client waits longer for a commit. */
    LATENCY_MS: wholeNumber(20, { min: 0, max: 60_000 }),
    HONOURS_KEYS: z
      .enum(['true', 'false'], { error: ({ input }) => `is ${seen(input)}; give true or false` })
      .default('true'),
    LOG_LEVEL: z
      .enum(logLevels, { error: ({ input }) => `is ${seen(input)}; give one of ${logLevels.join(', ')}` })
      .default('info'),
  })
  .refine(({ PORT, ADMIN_PORT }) => PORT === 0 || PORT !== ADMIN_PORT, {
    // Also where another variable is faulty: all faults at once.
    when: ({ value }) => z.object({ PORT: z.number(), ADMIN_PORT: z.number() }).safeParse(value).success,
    path: ['ADMIN_PORT'],
    error: 'is the same as PORT; give another, or 0 for any that is free',
  });

/** Reads the whole configuration from the environment; every fault is told at once. */
export function readConfig(env: Record<string, string | undefined>): ConfigResult {
  const result = environment.safeParse(env);
  if (!result.success)
    return {
      kind: 'faulty',
      faults: result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`),
    };
  const { PORT, ADMIN_PORT, HOST, LIMIT_CALLS, LIMIT_PER_MS, LATENCY_MS, HONOURS_KEYS, LOG_LEVEL } = result.data;
  return {
    kind: 'config',
    config: {
      host: HOST,
      port: PORT,
      adminPort: ADMIN_PORT,
      limit: { calls: LIMIT_CALLS, perMs: LIMIT_PER_MS },
      latencyMs: LATENCY_MS,
      honoursKeys: HONOURS_KEYS === 'true',
      logLevel: LOG_LEVEL,
    },
  };
}
