import { connect } from 'node:net';
import { createLog } from '../../apps/shared/log.ts';
import type { Call, Outcome } from '../../apps/target/calls.ts';
import { systemClock } from '../../apps/target/clock.ts';
import type { Effect } from '../../apps/target/effects.ts';
import { createTarget, type Listening, type TargetOptions } from '../../apps/target/target.ts';

export const mutation = 'mutation Deliver($input: EventInput!) { deliver(input: $input) { key id duplicate } }';

export interface Summary {
  calls: number;
  effects: number;
  duplicates: number;
  violations: number;
  limit: number;
  per_ms: number;
  worst_window: number;
  utilisation: number | null;
  first_arrival: number | null;
  last_arrival: number | null;
  in_last_window: number;
}

export interface Told {
  status: number;
  headers: Headers;
  body: string;
  json(): unknown;
}

async function told(response: Response): Promise<Told> {
  const body = await response.text();
  return { status: response.status, headers: response.headers, body, json: () => JSON.parse(body) as unknown };
}

/** A complete input, as the dispatcher sends it. */
export function input(id: string, more: object = {}): object {
  return { key: `key-${id}`, id, type: 't', source: '/s', time: '2026-11-24T00:00:00Z', brand: 'testBrand', ...more };
}

export type Running = Awaited<ReturnType<typeof startTarget>>;

/** A target on free ports, without latency and practically without a limit unless the test says so. */
export async function startTarget(options: Partial<TargetOptions> = {}) {
  const target = createTarget({
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    limit: { calls: 100_000, perMs: 1_000 },
    latencyMs: 0,
    honoursKeys: true,
    clock: systemClock,
    log: createLog('tests', 'silent'),
    ...options,
  });
  const listening: Listening = await target.listen();

  const post = async (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ) =>
    told(
      await fetch(listening.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        ...(signal && { signal }),
      }),
    );
  const admin = async (method: string, path: string, body?: unknown) =>
    told(
      await fetch(listening.adminUrl + path, {
        method,
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  const read = async <T>(path: string) => (await admin('GET', path)).json() as T;

  return {
    ...listening,
    post,
    admin,
    close: () => target.close(),
    deliver: (id: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
      post(JSON.stringify({ query: mutation, variables: { input: input(id) } }), headers, signal),
    query: (query: string, variables: object = {}) => post(JSON.stringify({ query, variables })),
    summary: () => read<Summary>('/summary'),
    calls: (parameters = '') => read<Call[]>(`/calls${parameters}`),
    effects: (parameters = '') => read<Effect[]>(`/effects${parameters}`),
    /** Resolves once the latest call is in the record with this outcome. */
    async until(outcome: Outcome) {
      while ((await read<Call[]>('/calls')).at(-1)?.outcome !== outcome);
    },
    async fault(...faults: object[]) {
      const answer = await admin('POST', '/faults', faults);
      if (answer.status !== 201) throw new Error(answer.body);
    },
  };
}

/** Writes bytes as they are, and returns everything that came back until the connection was closed. */
export function raw(port: number, bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.on('error', () => undefined).on('close', () => resolve(received));
  });
}

/** A clock that stands still until it is told otherwise; sleeps are real. */
export function handClock() {
  let now = 0;
  return {
    set: (ms: number) => void (now = ms),
    clock: { ...systemClock, monotonicMs: () => now },
  };
}
