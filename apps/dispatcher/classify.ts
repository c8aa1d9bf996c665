import type { AnswerHeaders } from './connection.ts';
import { codesOfData, readSignals, type ErrorSignals } from './answer-signals.ts';
import { createCodeRules, type CodeRules } from './code-rules.ts';
import type { Answer, GraphQLBody } from './dispatch.ts';
import {
  fates,
  ruleOfStatus,
  throttleFamily,
  throttleInHeaders,
  throttleInSentence,
  type Fate,
  type Rule,
} from './outcome-rules.ts';
import { waitFrom } from './retry-after.ts';

/** What one answer means for its event; what follows from it stands in `settle.ts`. */
export type Outcome =
  | { readonly kind: 'delivered' }
  /** The fleet is calling too fast: everybody stops. */
  | { readonly kind: 'throttled'; readonly waitMs: number; readonly reason: string }
  /** The target is not there, and did not run the mutation. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly unknownCode?: string }
  /** The mutation may have run. */
  | { readonly kind: 'in_doubt'; readonly reason: string; readonly unknownCode?: string }
  | { readonly kind: 'unauthorised'; readonly reason: string }
  /** This event will never be taken. */
  | { readonly kind: 'refused'; readonly reason: string; readonly unknownCode?: string };

export interface ClassifyOptions {
  /** The response field of the mutation's result. */
  readonly field: string;
  /** Whether a mutation that may have run is to be told from one that failed. */
  readonly careful: boolean;
  /** Wall clock, ms: for waits that are given as a date. */
  readonly now: () => number;
  /** What codes mean; the built-in ones where a target adds none. */
  readonly codeRules?: CodeRules;
}

const builtInRules = createCodeRules();

/**
 * Judges an answer: the first rule that fits. The body counts before the status, since GraphQL servers answer errors with
 * 200, and data with errors with 294 or anything else (GraphQL over HTTP, §6.4); a throttle before all else, since taking
 * one for a success loses an event and taking one for a failure spends its attempts.
 */
export function classify(answer: Exclude<Answer, { kind: 'late' }>, options: ClassifyOptions): Outcome {
  switch (answer.kind) {
    case 'unreachable':
      return { kind: 'unavailable', reason: answer.why };
    case 'none':
      return { kind: 'in_doubt', reason: answer.why };
    case 'graphql':
    case 'unreadable':
      return classifyResponse(answer, options);
    default:
      return answer satisfies never;
  }
}

type Response = Extract<Answer, { kind: 'graphql' | 'unreadable' }>;

function classifyResponse(answer: Response, options: ClassifyOptions): Outcome {
  const { field, careful, now, codeRules = builtInRules } = options;
  const body = answer.kind === 'graphql' ? answer.body : undefined;
  const result = body === undefined ? undefined : resultOf(body, field);
  const signals = result === undefined || body?.errors !== undefined ? readSignals(answer.text) : [];
  const complaints = complaintsOf(result);
  const codes = [...headerCodes(answer.headers), ...signals.flatMap((error) => error.codes)];
  // What a mutation answers as data has codes of its own, of which only a throttle's name speaks for itself.
  const codesInData = codesOfData(complaints?.errors ?? []).filter(
    (code) => codeRules.own(code) !== undefined || throttleFamily.test(code.replaceAll(/[-_]/g, '').toUpperCase()),
  );
  const decision = decide([...codes, ...codesInData], codeRules);

  const throttle = throttleOf(answer, signals, decision, result !== undefined, codeRules);
  if (throttle !== undefined) {
    const saidMs = signals.find(({ waitMs }) => waitMs !== undefined)?.waitMs;
    const waitMs = waitFrom(answer.headers, body?.extensions, now(), { saidMs, unsaidMs: throttle.unsaidMs });
    return { kind: 'throttled', waitMs, reason: throttle.reason };
  }

  const unknownCode = codes.find((code) => isWord(code) && codeRules.any(code) === undefined);
  const outcome = (kind: Exclude<Fate, 'throttled'>, reason: string, mayHaveRun = false): Outcome => ({
    kind: mayHaveRun && careful ? 'in_doubt' : kind,
    reason,
    ...(unknownCode === undefined ? {} : { unknownCode }),
  });
  if (result !== undefined) {
    if (complaints === undefined) return { kind: 'delivered' };
    if (decision?.own === true && decision.fate !== 'throttled') return outcome(decision.fate, decision.code);
    return outcome(complaints.errors.length > 0 ? 'refused' : 'failed', complaints.reason);
  }

  // A status of 4xx or 5xx is the answer's own word; below them an error may tell one of itself.
  const told = answer.status >= 400 ? undefined : signals.find((error) => error.status !== undefined)?.status;
  const status = told ?? answer.status;
  const byStatus = ruleOfStatus(status);
  if (decision !== undefined && decision.fate !== 'throttled') {
    const says = decision.own || (decision.fate !== 'failed' && byStatus.fate !== 'unauthorised');
    if (says) return outcome(decision.fate, decision.code, decision.mayHaveRun);
  }
  if (byStatus.fate !== 'failed' && byStatus.fate !== 'throttled') {
    return outcome(byStatus.fate, String(status), byStatus.mayHaveRun);
  }
  // Errors at our field, or no result at all: the resolver ran and said no, or broke half-way.
  const reason = decision?.code ?? unknownCode ?? describe(body, status);
  return outcome('failed', reason, byStatus.mayHaveRun);
}

function describe(body: GraphQLBody | undefined, status: number): string {
  if (body === undefined) return `${status} that is not GraphQL`;
  if (status >= 400) return String(status);
  return body.errors === undefined ? 'the result is null' : 'errors without a code';
}

interface Decision extends Rule {
  readonly code: string;
  /** Whether a target's own entry said so. */
  readonly own: boolean;
}

/** Of all codes the one with the gravest fate; a target's own entries before the built-in ones. */
function decide(codes: readonly string[], rules: CodeRules): Decision | undefined {
  for (const own of [true, false]) {
    const ruled = codes.flatMap((code) => {
      const rule = own ? rules.own(code) : rules.any(code);
      return rule === undefined ? [] : [{ ...rule, own, code: isWord(code) ? code : rule.fate }];
    });
    for (const fate of fates) {
      const found = ruled.find((each) => each.fate === fate);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function throttleOf(
  { status, headers }: Response,
  signals: readonly ErrorSignals[],
  decision: Decision | undefined,
  delivered: boolean,
  rules: CodeRules,
): { readonly reason: string; readonly unsaidMs?: number | undefined } | undefined {
  if (decision?.own === true && decision.fate !== 'throttled') return undefined;
  const sentence = signals
    .map(({ message, codes }) => throttleInSentence(message, decide(codes, rules)?.fate))
    .find((found) => found !== undefined);
  const unsaidMs = sentence?.waitMs;
  if (decision?.fate === 'throttled') return { reason: decision.code, unsaidMs };
  if (status === 429) return { reason: '429', unsaidMs };
  if (delivered) return undefined;
  if (signals.some((error) => error.status === 429)) return { reason: `429 inside ${status}`, unsaidMs };
  if (sentence !== undefined) return { reason: `${status} with the words of a throttle`, unsaidMs };
  const header = throttleInHeaders(status, headers);
  return header === undefined ? undefined : { reason: `${status} with ${header}` };
}

/** A code goes to logs and letters as it is: bounded, and never a sentence. */
function isWord(code: string): boolean {
  return /^[A-Za-z0-9_.:-]{1,64}$/.test(code);
}

/** Gateways of AWS name their errors in a header. */
function headerCodes(headers: AnswerHeaders): readonly string[] {
  const type = headers.get('x-amzn-errortype');
  return type === null ? [] : [type.split(':')[0] ?? type];
}

/** The result where there is one and no error at its path; an error elsewhere is somebody else's. */
function resultOf({ data, errors = [] }: GraphQLBody, field: string): unknown {
  if (typeof data !== 'object' || data === null) return undefined;
  const result = (data as Record<string, unknown>)[field] ?? undefined;
  const ours = errors.some(
    ({ path }) => !Array.isArray(path) || path.length === 0 || (path[0] === field && path.length === 1),
  );
  return ours ? undefined : result;
}

/**
 * Business errors that a mutation answers as data: `userErrors`, `errors` or the like that are no empty list, an `error`, a
 * type of errors, or no success. They are seen where the mutation selects them.
 */
function complaintsOf(result: unknown): { readonly errors: readonly unknown[]; readonly reason: string } | undefined {
  if (result === false) return { errors: [], reason: 'the result is false' };
  if (typeof result !== 'object' || result === null) return undefined;
  for (const [name, value] of Object.entries(result) as [string, unknown][]) {
    if (/(^e|E)rrors$/.test(name) && Array.isArray(value) && value.length > 0) return { errors: value, reason: name };
    if (name === 'error' && Boolean(value)) return { errors: [value], reason: name };
    if (name === '__typename' && typeof value === 'string' && /Errors?$/.test(value)) {
      return { errors: [result], reason: isWord(value) ? value : name };
    }
    if ((name === 'success' || name === 'ok') && value === false) return { errors: [], reason: `no ${name}` };
  }
  return undefined;
}
