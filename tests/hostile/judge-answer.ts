import { refusals } from '../../apps/receiver/refuse.ts';
import { fault, type Fault } from './fault.ts';
import type { Came, Sent } from './http.ts';

/** What an answer may be. */
export interface Asked {
  /** No answer may take it. */
  readonly neverTaken?: boolean;
  /** It is larger than what is read, so that its connection may be closed amid it. */
  readonly mayClose?: boolean;
  /** Texts that no answer may hold. */
  readonly secrets: readonly string[];
}

type Answer = Extract<Came, { kind: 'answer' }>;

/** Judges what came of a request to the receiver: an answer in time, documented, that tells no secret and lets nothing in. */
export function judgeAnswer(came: Came, { neverTaken = false, mayClose = false, secrets }: Asked): Fault | undefined {
  switch (came.kind) {
    case 'unsendable':
      return undefined;
    case 'hang':
      return fault('hang', 'no answer in time');
    case 'gone':
      return fault('crash', 'nobody listens any more');
    case 'closed':
      return mayClose ? undefined : fault('wrong answer', `closed without an answer (${came.why})`);
    case 'answer': {
      const told = secrets.find((secret) => came.text.includes(secret));
      if (told !== undefined) return fault('leak', `the answer ${came.status} tells ${told}`);
      if (neverTaken && came.status < 400) return fault('let in', `answered ${came.status}`);
      return judgeDocumented(came);
    }
    default:
      return came satisfies never;
  }
}

function judgeDocumented({ status, headers, text }: Answer): Fault | undefined {
  const type = headers['content-type'];
  const wrong = (why: string) => fault('wrong answer', `${status} ${why}: ${text.slice(0, 200)}`);
  // What a browser asks before it sends (CORS).
  if (status === 204)
    return text === '' && 'access-control-allow-origin' in headers ? undefined : wrong('that nobody documents');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return wrong('that is no JSON');
  }
  if (typeof body !== 'object' || body === null) return wrong('that is no object');
  if (status === 202 || status === 207) {
    const entries = 'results' in body && Array.isArray(body.results) ? (body.results as unknown[]) : [body];
    if (type !== 'application/json') return wrong(`of type ${String(type)}`);
    const broken = entries.map((entry) => judgeEntry(entry)).find((each) => each !== undefined);
    return broken === undefined ? undefined : wrong(broken);
  }
  if (status === 200) return 'openapi' in body ? undefined : wrong('that nobody documents');
  if (type !== 'application/problem+json') return wrong(`of type ${String(type)}`);
  if (!('code' in body) || codeOf(body) === undefined) return wrong('with a code that nobody documents');
  if (body.code === 'internal') return fault('crash', 'the receiver made a mistake (internal)');
  return refusals[codeOf(body) ?? 'internal'].status === status ? undefined : wrong('with the code of another status');
}

/** What is wrong with one event's receipt or refusal. */
function judgeEntry(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return 'with a result that is none';
  if ('status' in entry && entry.status === 'queued')
    return 'id' in entry && 'targets' in entry ? undefined : 'without id or targets';
  const code = codeOf(entry);
  if (code === undefined) return 'with a result of a code that nobody documents';
  return code === 'internal' ? 'with a mistake of the receiver' : undefined;
}

function codeOf(body: object): keyof typeof refusals | undefined {
  const code = 'code' in body ? body.code : undefined;
  return typeof code === 'string' && Object.hasOwn(refusals, code) ? (code as keyof typeof refusals) : undefined;
}

/** Beyond it the receiver answers before it has read all, and a sender may find its connection closed. */
const surelyReadBytes = 1_000_000;

export function mayClose({ body }: Sent): boolean {
  return (body?.length ?? 0) > surelyReadBytes / 3;
}
