import type { AppProcess, Env } from './process.ts';

/** Shorter strings also stand in names that may be told, such as an event's type. */
const minLength = 12;

/** Whoever sends more than this times its requests, and would wait while it is parsed. */
const maxChars = 100_000;

/** Enough to meet each kind of event that a test sends; thousands would be searched for in thousands of lines. */
const maxPlanted = 300;

/** What a test gave to the gateway in confidence: no log line, no metric and no span may hold any of it. */
export interface Planted {
  readonly add: (secret: string) => void;
  /** Adds the strings of an event's payload, whatever form it is sent in. */
  readonly addPayload: (body: unknown) => void;
  /** Throws where one of these texts holds a secret. */
  readonly lookIn: (texts: readonly string[]) => void;
  /** Looks in an app's log and metrics. Call it before the app is stopped, as metrics end with it. */
  readonly lookInApp: (app: AppProcess) => Promise<void>;
}

export function createPlanted(env: Env): Planted {
  const secrets = new Set(
    Object.entries(env).flatMap(([name, value]) => (/SECRET|TOKEN|PASSWORD/.test(name) ? [value] : [])),
  );
  const lookIn = (texts: readonly string[]) => {
    const all = texts.join('\n');
    for (const secret of secrets) {
      if (!all.includes(secret)) continue;
      const where = texts.find((text) => text.includes(secret)) ?? '';
      throw new Error(
        `A payload or credential is told to whoever reads logs, metrics and spans: ${secret} in ${where}`,
      );
    }
  };
  return {
    add: (secret) => secrets.add(secret),
    addPayload(body) {
      if (secrets.size >= maxPlanted || (typeof body === 'string' && body.length > maxChars)) return;
      for (const text of payloadsOf(body).flatMap(stringsOf)) {
        if (text.length >= minLength && secrets.size < maxPlanted) secrets.add(text);
      }
    },
    lookIn,
    async lookInApp({ log, metrics }) {
      lookIn([...log.map((line) => JSON.stringify(line)), ...(await metrics()).split('\n')]);
    },
  };
}

function payloadsOf(body: unknown): readonly unknown[] {
  if (typeof body === 'string') {
    try {
      return payloadsOf(JSON.parse(body));
    } catch {
      return [];
    }
  }
  if (Array.isArray(body)) return body.flatMap(payloadsOf);
  if (typeof body !== 'object' || body === null || body instanceof Uint8Array) return [];
  if ('specversion' in body) return 'data' in body ? [body.data] : [];
  // The members of a plain object that make its envelope may be told.
  const told = new Set(['id', 'type', 'source', 'time']);
  return Object.entries(body).flatMap(([name, value]) => (told.has(name) ? [] : [value as unknown]));
}

/** Without recursion: some tests send what is nested ten thousand levels deep. */
function stringsOf(payload: unknown): readonly string[] {
  const strings: string[] = [];
  const left = [payload];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string') strings.push(value);
    else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) left.push(each);
  }
  return strings;
}
