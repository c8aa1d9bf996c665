import { validateHeaderName, validateHeaderValue } from 'node:http';
import * as z from 'zod';

function accepted(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

const headerValue = z
  .string()
  .refine((value) => accepted(() => validateHeaderValue('x', value)), 'holds characters that no HTTP header may hold');
const headerName = z
  .string()
  .refine((name) => accepted(() => validateHeaderName(name)), 'is not the name of an HTTP header');

/** Ten minutes: longer than any client waits, so a longer one could only be a mistake in the unit. */
const milliseconds = z.number().min(0).max(600_000);

const shared = {
  /** How many calls it strikes; null: every one until it is deleted. */
  times: z.int().min(1).nullable().default(1),
  /** Strikes only each so-manyth of the calls that it could. */
  every: z.int().min(1).default(1),
  /** Strikes only calls whose input agrees with all of these. Without it: any well-formed call, probes included. */
  match: z.strictObject({ id: z.string(), idPrefix: z.string(), type: z.string() }).partial().optional(),
};

/** Whether the mutation takes effect although its answer does not say so. */
const commit = z.boolean().default(false);

const userError = z.strictObject({
  message: z.string(),
  field: z.array(z.string()).optional(),
  code: z.string().optional(),
});

const faultSchemas = [
  /** An HTTP error, as from a proxy or a gateway. */
  z.strictObject({
    fault: z.literal('status'),
    status: z.int().min(400).max(599),
    /** Seconds, or any text (an HTTP date), verbatim. */
    retryAfter: z.union([z.number().min(0), headerValue]).optional(),
    body: z.string().optional(),
    contentType: headerValue.default('text/plain; charset=utf-8'),
    commit,
    ...shared,
  }),
  /** Waits before executing, then answers as always. */
  z.strictObject({ fault: z.literal('latency'), ms: milliseconds, ...shared }),
  /** The connection is reset; nothing took effect. */
  z.strictObject({ fault: z.literal('resetBefore'), ...shared }),
  /** The connection is reset after the mutation took effect. */
  z.strictObject({ fault: z.literal('resetAfter'), ...shared }),
  /** 200 with an error of this code and without data, as most of today's APIs fail. */
  z.strictObject({ fault: z.literal('errors'), code: z.string(), message: z.string().optional(), commit, ...shared }),
  /** Takes effect; beside its data the answer tells of an error at another path. */
  z.strictObject({ fault: z.literal('partial'), ...shared }),
  /** The mutation's own refusal, told in its payload; nothing takes effect. */
  z.strictObject({
    fault: z.literal('userErrors'),
    userErrors: z
      .array(userError)
      .min(1)
      .default([{ message: 'This event cannot be taken.' }]),
    ...shared,
  }),
  /** `deliver: null` and no error, which the specification allows only where nothing is known. */
  z.strictObject({ fault: z.literal('nullData'), commit, ...shared }),
  /** 200, and JSON that ends in the middle. */
  z.strictObject({ fault: z.literal('brokenJson'), commit, ...shared }),
  /** 200 and a page in HTML, as proxies and login walls answer. */
  z.strictObject({ fault: z.literal('html'), commit, ...shared }),
  /** Takes effect; headers at once, then the body drop by drop over this time. */
  z.strictObject({ fault: z.literal('slowBody'), ms: milliseconds, ...shared }),
  /** No answer, until the client leaves. */
  z.strictObject({ fault: z.literal('hang'), commit, ...shared }),
  /** This answer, verbatim. */
  z.strictObject({
    fault: z.literal('body'),
    status: z.int().min(200).max(599).default(200),
    headers: z.record(headerName, headerValue).default({ 'content-type': 'application/json' }),
    body: z.string(),
    commit,
    ...shared,
  }),
] as const;

export type Fault = z.infer<(typeof faultSchemas)[number]>;
export type FaultName = Fault['fault'];

const names = faultSchemas.map((schema) => schema.shape.fault.value);

const faultSchema = z.discriminatedUnion('fault', faultSchemas, {
  error: () => `names no fault; the faults are ${names.join(', ')}`,
});

/** One fault, or a list of them. */
export const faultsSchema = z.preprocess(
  (body) => (Array.isArray(body) ? body : [body]) as unknown[],
  z.array(faultSchema).min(1),
);

/** Every call looks through the standing faults, so that their number is a cost on each. */
const maxStanding = 1_000;

export interface Faults {
  /** Puts all of them at the end of the list, or none when they would not fit. */
  add(faults: Fault[]): { kind: 'added' } | { kind: 'full'; standing: number; max: number };
  /** The first that agrees with this call, spent by one. */
  strike(call: { id: string | null; type: string | null }): Fault | undefined;
  list(): Fault[];
  clear(): void;
}

export function createFaults(): Faults {
  let standing: Fault[] = [];
  const agreed = new Map<Fault, number>();
  const isTurnOf = (fault: Fault): boolean => {
    const count = (agreed.get(fault) ?? 0) + 1;
    agreed.set(fault, count);
    return count % fault.every === 0;
  };
  const agrees = ({ match }: Fault, { id, type }: { id: string | null; type: string | null }): boolean =>
    (match?.id === undefined || match.id === id) &&
    (match?.idPrefix === undefined || (id?.startsWith(match.idPrefix) ?? false)) &&
    (match?.type === undefined || match.type === type);
  return {
    add(faults) {
      if (standing.length + faults.length > maxStanding)
        return { kind: 'full', standing: standing.length, max: maxStanding };
      standing.push(...faults.map((fault) => ({ ...fault })));
      return { kind: 'added' };
    },
    strike(call) {
      const struck = standing.find((fault) => agrees(fault, call) && isTurnOf(fault));
      if (struck && struck.times !== null && --struck.times === 0)
        standing = standing.filter((fault) => fault !== struck);
      return struck;
    },
    list: () => standing,
    clear() {
      standing = [];
      agreed.clear();
    },
  };
}
