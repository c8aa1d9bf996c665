import { readText } from '../shared/read-text.ts';

/** A key set or an identity is a few KB. */
const mostBytes = 262_144;

/** A sender waits for it. */
const answerMs = 2_000;

export type ReadJson =
  | { readonly ok: true; readonly value: unknown }
  /** `status`: 0 where no whole answer came. */
  | { readonly ok: false; readonly status: number; readonly fault: string };

/** Asks for a JSON document, bounded in size and time and without redirects. Faults name the address without its query. */
export async function readJson(
  url: string,
  ask: typeof fetch,
  headers: Readonly<Record<string, string>> = {},
): Promise<ReadJson> {
  const where = url.split('?')[0] ?? '';
  const failed = (status: number, fault: string) => ({ ok: false, status, fault: `${where} ${fault}` }) as const;
  try {
    const answer = await ask(url, {
      headers: { accept: 'application/json', ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(answerMs),
    });
    const text = await readText(answer, mostBytes);
    if (text === undefined) return failed(0, `answered with more than ${mostBytes} bytes`);
    if (answer.status !== 200) return failed(answer.status, `answered ${answer.status}`);
    try {
      return { ok: true, value: JSON.parse(text) };
    } catch {
      return failed(0, 'answered with what is no JSON');
    }
  } catch {
    return failed(0, 'does not answer: check its name, and the way out of the cluster');
  }
}
