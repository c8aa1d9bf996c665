import { memberTexts } from '../shared/json.ts';
import { maxEventBytes } from '../shared/limits.ts';
import { awaitEnd, type AwaitEnd, type AwaitEndTools } from './await-end.ts';
import { jsonLine, safe, type Ended, type Print } from './print.ts';

export interface Send {
  /** `undefined`: standard input. */
  readonly file: string | undefined;
  readonly url: string;
  readonly key: string | undefined;
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly source: string | undefined;
  readonly json: boolean;
  /** The end is waited for; only that of a CloudEvent is found, as nobody else says its whole identity. */
  readonly wait: AwaitEnd | undefined;
}

export interface SendTools extends AwaitEndTools {
  /** The file, or standard input; no more of it than so many bytes and one. */
  readonly read: (file: string | undefined, mostBytes: number) => Promise<Buffer>;
  readonly fetch: typeof fetch;
}

/** The receiver answers within a second; the rest is for the way there. */
const answerMs = 10_000;

/** Node's words for a connection that never was. */
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'bad port']);

interface Request {
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends one event to the receiver, and prints what it says. */
export async function send(command: Send, tools: SendTools): Promise<Ended> {
  const { print, read, fetch: ask } = tools;
  const failed = (sentence: string): Ended => {
    print.tell(safe(sentence));
    return { ok: false };
  };
  const name = command.file ?? 'Standard input';
  let body: Buffer;
  try {
    body = await read(command.file, maxEventBytes);
  } catch (error) {
    return failed(`${name} cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
  if (body.length > maxEventBytes)
    return failed(`${name} is larger than ${maxEventBytes} bytes, the most of an event.`);
  const request = requestOf(body, command);
  if (typeof request === 'string') return failed(`${name} ${request}`);

  const auth: Record<string, string> = command.key === undefined ? {} : { 'x-api-key': command.key };
  let answer: { readonly status: number; readonly text: string; readonly retryAfter: string | null };
  try {
    const response = await ask(new URL('/events', command.url), {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { ...request.headers, ...auth },
      redirect: 'manual',
      signal: AbortSignal.timeout(answerMs),
    });
    const { status, headers } = response;
    answer = { status, text: await response.text(), retryAfter: headers.get('retry-after') };
  } catch (error) {
    const reason = reasonOf(error);
    const end = neverSent.has(reason)
      ? 'so the event was not sent'
      : 'and the event may be queued or not; sending it again with the same id is safe';
    return failed(
      `No receiver answers at ${command.url} (${reason}), ${end}: start the receiver, or name it with --url or EGW_URL.`,
    );
  }
  const sent = await tellAnswer(answer, command, print);
  if (!sent.ok || command.wait === undefined) return sent;
  const { id, source } = JSON.parse(body.toString('utf8')) as { id: string; source: string };
  const { targets } = JSON.parse(answer.text) as { targets: readonly string[] };
  return awaitEnd(command.wait, { id, source }, targets, tools);
}

/** How to send it, or what is wrong with it. */
function requestOf(body: Buffer, { id, type, source, wait }: Send): Request | string {
  const text = body.toString('utf8');
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch (error) {
    return `is not JSON (${error instanceof Error ? error.message : String(error)}): send one JSON object.`;
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return 'is JSON, but no object: send one event, as { … }.';
  }
  if (wait !== undefined && !('specversion' in event))
    return 'is no CloudEvent: with --wait send one, as { "specversion": "1.0", "id", "source", "type", … }.';
  const given = { id, type, source };
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  if ('specversion' in event) {
    if (named.length === 0) return { headers: { 'content-type': 'application/cloudevents+json' } };
    const options = named.map(([name]) => `--${name}`).join(', ');
    return `is a CloudEvent (it has a specversion) and says itself what it is: leave out ${options}.`;
  }
  const json = { 'content-type': 'application/json' };
  if (type === undefined && source === undefined) {
    if (id === undefined) return { headers: json };
    // A header carries Latin letters only, and strips quotes: other ids travel as those of a CloudEvent.
    if (/^[!#-~]+$/.test(id)) return { headers: { ...json, 'idempotency-key': id } };
  }
  const members = memberTexts(text);
  const own = (name: string) => {
    const value = members.get(name);
    return value?.startsWith('"') === true && value !== '""' ? (JSON.parse(value) as string) : undefined;
  };
  // An integer by its digits, as the receiver reads it: JavaScript's numbers would lose some of them.
  const digits = /^-?\d+$/.exec(members.get('id') ?? '')?.[0];
  const eventId = id ?? own('id') ?? digits;
  if (eventId === undefined) return 'names no id (a string or an integer): give one with --id.';
  return {
    headers: {
      ...json,
      'ce-specversion': '1.0',
      'ce-id': encodeURIComponent(eventId),
      'ce-type': encodeURIComponent(type ?? own('type') ?? 'event'),
      'ce-source': encodeURIComponent(source ?? own('source') ?? 'egw'),
    },
  };
}

async function tellAnswer(
  { status, text, retryAfter }: { readonly status: number; readonly text: string; readonly retryAfter: string | null },
  { url, json, key }: Send,
  print: Print,
): Promise<Ended> {
  const said = documentOf(text);
  if (said === undefined) {
    print.tell(safe(`${url} answered ${status} with what is no JSON object: is it a receiver of Event Gateway?`));
    return { ok: false };
  }
  const ok = status === 202;
  if (json) {
    await print.out(jsonLine(said));
    return { ok };
  }
  const field = (name: string) => (typeof said[name] === 'string' ? said[name] : '');
  const list = (name: string): unknown[] => (Array.isArray(said[name]) ? (said[name] as unknown[]) : []);
  if (ok) {
    await print.out(safe(`Queued ${field('id')} for ${list('targets').join(', ')}.`));
    return { ok };
  }
  print.tell(safe(`Refused: ${field('detail') || field('title')} (${field('code') || 'no code'}, ${status}).`));
  for (const each of list('errors')) {
    const { pointer = '', detail = '' } = each as { pointer?: string; detail?: string };
    print.tell(safe(`  ${pointer === '' ? 'the event' : pointer} ${detail}`));
  }
  const queued = list('queued');
  if (queued.length > 0) print.tell(safe(`Queued already for ${queued.join(', ')}.`));
  if (status === 401) print.tell(key === undefined ? 'EGW_KEY is not set: put the API key there.' : 'Correct EGW_KEY.');
  if (retryAfter !== null) print.tell(safe(`Send it again in ${retryAfter} s, with the same id.`));
  return { ok };
}

function documentOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error.name === 'TimeoutError' ? `nothing within ${answerMs / 1_000} s` : error.message;
}
