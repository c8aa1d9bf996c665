import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { auth, secureUrl } from './auth-config.ts';
import { duration } from './duration.ts';
import { isCarried } from './event.ts';
import { limit, shareFaults } from './limit-config.ts';
import { nameError } from './log.ts';
import { metrics, tracing } from './observe-config.ts';
import { secretRef } from './secrets.ts';
import { clientTls, targetAuth } from './target-auth-config.ts';

// A configuration is read once: to compile its check would take longer than the check.
z.config({ jitless: true });

/** One thing wrong with the configuration: where, and what to do. */
export interface ConfigFault {
  readonly path: string;
  readonly message: string;
}

export type ConfigResult<Config> =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly faults: readonly ConfigFault[] };

const endpoint = secureUrl(', or set allowPlainHttp: true beside it for a target inside the cluster');

const outcomeCode = z
  .string()
  .regex(
    /^[\w.: -]{0,63}[A-Za-z0-9]$/,
    'is no code: write the word at errors[].extensions.code, 64 characters at most',
  );
const outcomeCodes = z.array(outcomeCode).min(1).max(100).optional();

const outcomes = z
  .strictObject(
    {
      throttled: outcomeCodes.describe('Calls come too fast: the fleet pauses, and no attempt is spent'),
      unauthorised: outcomeCodes.describe('The credential is refreshed once; then the fleet pauses'),
      refused: outcomeCodes.describe('The event will never be taken: dead-lettered at once'),
      unavailable: outcomeCodes.describe('The target is not there, and did not run the mutation'),
      failed: outcomeCodes.describe('Tried again; in doubt where inDoubt is not retry'),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `knows no ${issue.keys.join(', ')}: write throttled, unauthorised, refused, unavailable or failed`
          : undefined,
    },
  )
  .superRefine((lists, context) => {
    const meanings = new Map<string, string>();
    for (const [outcome, codes = []] of Object.entries(lists)) {
      for (const [at, code] of codes.entries()) {
        // The dispatcher sees no difference between rate-limited and RATE_LIMITED.
        const spelled = code.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
        const other = meanings.get(spelled);
        const message = `${code} is ${other ?? ''} already: a code means one thing, however it is spelled`;
        if (other !== undefined) context.addIssue({ code: 'custom', path: [outcome, at], message });
        meanings.set(spelled, outcome);
      }
    }
  })
  .describe("What codes of the target's errors mean, before the built-in rules");

const graphql = z.strictObject({
  endpoint: z.string(),
  allowPlainHttp: z.boolean().default(false).describe('Allow an http endpoint that is not on loopback'),
  mutation: z.string().min(1).describe('One mutation with one variable, $input'),
  input: z
    .string()
    .min(1)
    .optional()
    .describe('JSONata that makes $input from { key, id, type, source, time, brand, data }'),
  timeout: duration({ minMs: 100, maxMs: 60_000, says: 'must be from 100ms to 60s' }).prefault('10s'),
  auth: targetAuth.optional(),
  tls: clientTls.optional(),
  outcomes: outcomes.optional(),
});

const retry = z.strictObject({
  attempts: z.int().min(1).max(100).default(8),
  backoff: z
    .strictObject({
      first: duration({ minMs: 100, maxMs: 3_600_000, says: 'must be from 100ms to 1h' }).prefault('1s'),
      // SQS hides a message for 12 h at most.
      max: duration({ minMs: 1_000, maxMs: 43_200_000, says: 'must be from 1s to 12h' }).prefault('15m'),
    })
    .prefault({}),
});

const inDoubtPolicy = z
  .union(
    [
      z.enum(['retry', 'deadLetter']),
      z.strictObject({
        reconcile: z.strictObject({
          query: z.string().min(1).describe('One query by $key, $id, $type or $source'),
          found: z
            .string()
            .min(1)
            .optional()
            .describe(
              'JSONata on its data, true where the event arrived; else any value of its field but null says so',
            ),
        }),
      }),
    ],
    { error: 'is no policy: write retry, deadLetter, or reconcile: { query, found }' },
  )
  .describe('What follows a call whose answer never came: it is made again, dead-lettered, or asked for');

const queueUrl = z.url({ protocol: /^https?$/, error: 'is no queue URL: write the whole https://… that SQS gives' });

const target = z.strictObject({
  match: z.array(z.string().min(1).max(256)).min(1).default(['*']).describe('Event types; * stands for any text'),
  queue: z.strictObject({ url: queueUrl, deadLetterUrl: queueUrl }),
  graphql,
  limit,
  retry: retry.prefault({}),
  inDoubt: inDoubtPolicy.default('retry'),
  latency: duration({ minMs: 1, maxMs: 60_000, says: 'must be from 1ms to 60s' })
    .prefault('1s')
    .describe('Expected p95 of a call, for sizing'),
});

const attributeName = z
  .string()
  .regex(/^[a-z0-9]{1,20}$/, 'is no attribute name: CloudEvents allow a-z and 0-9, 20 at most')
  .refine(isCarried, 'is an attribute of every event already, and would replace it');

/** The file `gateway.yaml`. Read by both apps; each takes from it what is its own. */
export const gatewaySchema = z
  .strictObject({
    enrich: z.record(attributeName, z.string().max(1_024)).default({ brand: 'testBrand' }),
    auth,
    tls: z
      .strictObject({ certificate: secretRef, key: secretRef })
      .optional()
      .describe('PEM: the receiver speaks TLS itself, where no balancer does before it'),
    cors: z
      .strictObject({ origins: z.array(z.url()).min(1) })
      .optional()
      .describe('Off unless given'),
    inbound: z
      .strictObject({
        requests: z.int().min(1).default(1_000),
        per: duration({ minMs: 1_000, maxMs: 3_600_000, says: 'must be from 1s to 1h' }).prefault('1s'),
      })
      .prefault({})
      .describe('Requests that one sender may make'),
    metrics: metrics.prefault({}),
    tracing: tracing.prefault({}),
    schemas: z
      .record(z.string().min(1), z.string().min(1))
      .default({})
      .describe('Event type to JSON Schema file for data'),
    targets: z
      .record(z.string().regex(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, 'is no name: a-z, 0-9 and -, 40 at most'), target)
      .refine((targets) => Object.keys(targets).length > 0, 'must name at least one target'),
  })
  .superRefine(({ targets }, context) => {
    const users = new Map<string, string>();
    for (const [name, { graphql, queue, limit: limits, inDoubt }] of Object.entries(targets)) {
      for (const { member, message } of shareFaults(limits, typeof inDoubt === 'string' ? inDoubt : 'reconcile')) {
        context.addIssue({ code: 'custom', path: ['targets', name, 'limit', member], message });
      }
      for (const [member, url] of Object.entries(queue)) {
        const user = users.get(url);
        const message = `is ${user ?? ''} already: each target needs queues of its own, or one would take the other's events`;
        if (user !== undefined) context.addIssue({ code: 'custom', path: ['targets', name, 'queue', member], message });
        users.set(url, `targets.${name}.queue.${member}`);
      }
      const checked = (
        graphql.allowPlainHttp ? z.url({ protocol: /^https?$/, error: 'is no http(s) URL' }) : endpoint
      ).safeParse(graphql.endpoint);
      for (const { message } of checked.error?.issues ?? []) {
        context.addIssue({ code: 'custom', path: ['targets', name, 'graphql', 'endpoint'], message });
      }
      if (graphql.tls !== undefined && graphql.endpoint.startsWith('http:')) {
        const message = 'is for https alone, but the endpoint is http: correct the endpoint, or leave out tls';
        context.addIssue({ code: 'custom', path: ['targets', name, 'graphql', 'tls'], message });
      }
    }
  });

export type GatewayConfig = z.output<typeof gatewaySchema>;
export type TargetConfig = GatewayConfig['targets'][string];

/** Checks the whole text of `gateway.yaml` and tells every fault at once. */
export function readGatewayConfig(text: string): ConfigResult<GatewayConfig> {
  let document: unknown;
  try {
    document = parseYaml(text, { maxAliasCount: 10, logLevel: 'error' });
  } catch (error) {
    return {
      ok: false,
      faults: [{ path: '', message: `is not YAML: ${error instanceof Error ? error.message : String(error)}` }],
    };
  }
  const result = gatewaySchema.safeParse(document ?? {});
  if (result.success) return { ok: true, config: result.data };
  return {
    ok: false,
    faults: result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  };
}

/** The same of the file that `EGW_CONFIG` names. Where it names none there is nothing to tell: that is a fault of the variables. */
export function readGatewayFile(file: string, readFile: (path: string) => string): ConfigResult<GatewayConfig> {
  if (file === '') return { ok: false, faults: [] };
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    const message = `names ${file}, which cannot be read (${nameError(error)}): put gateway.yaml there, or correct the path`;
    return { ok: false, faults: [{ path: 'EGW_CONFIG', message }] };
  }
  return readGatewayConfig(text);
}

/** A port, as an environment variable gives it; 0 lets the system choose. */
export const port = z.coerce.number<string>().int().min(0).max(65_535);

/** One line per fault, for a person at a terminal. */
export function describeFaults(file: string, faults: readonly ConfigFault[]): string {
  return [
    `${file} cannot be used:`,
    ...faults.map(({ path, message }) => `  ${path === '' ? 'it' : path}: ${message}`),
  ].join('\n');
}
