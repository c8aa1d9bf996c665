import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startProcess } from '../conformance/processes.ts';

/** A program that ended well, or not; what it said, to both of its outputs. */
export interface Said {
  readonly ok: boolean;
  readonly stdout: string;
  readonly text: string;
}

export interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: unknown;
}

/** The Kubernetes of the current context. */
export interface Kubernetes {
  /** Runs kubectl; rejects with what it says where it fails. */
  readonly kubectl: (args: readonly string[], stdin?: string) => Promise<string>;
  /** Runs any program; one that fails is an answer as well. */
  readonly run: (command: string, args: readonly string[], stdin?: string) => Promise<Said>;
  readonly post: (path: string, body: unknown) => Promise<{ readonly status: number; readonly text: string }>;
  /** Tells of every object below the path, and of all that becomes of them, until it is stopped. */
  readonly watch: (path: string, heard: (event: Event) => void) => () => Promise<void>;
  /** Tells of each line of an answer, as long as it goes on. */
  readonly read: (path: string, heard: (line: string) => void, until: AbortSignal) => Promise<void>;
  /** The URL of a service: itself where this machine reaches it, and else through the API server. */
  readonly reach: (namespace: string, service: string, port: number) => Promise<string>;
  readonly stop: () => Promise<unknown>;
}

/** `helm install --wait` of a fleet is the longest; its own time is 2 minutes. */
const runWithinMs = 180_000;

/** Where nothing listens, a cluster address is refused at once; where there is no way to it, nothing comes. */
const reachWithinMs = 1_000;
const answerWithinMs = 30_000;

/** A few hundred pods, in JSON. */
const maxOutputBytes = 64 * 2 ** 20;

const execute = promisify(execFile);

/** A program that fails is an answer as well. */
export async function runProgram(
  command: string,
  args: readonly string[],
  stdin: string | undefined,
  signal: AbortSignal,
): Promise<Said> {
  const running = execute(command, args, { maxBuffer: maxOutputBytes, timeout: runWithinMs, signal });
  running.child.stdin?.on('error', () => undefined);
  running.child.stdin?.end(stdin ?? '');
  try {
    const { stdout, stderr } = await running;
    return { ok: true, stdout, text: stdout + stderr };
  } catch (error) {
    signal.throwIfAborted();
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    return { ok: false, stdout, text: stdout + stderr || message };
  }
}

const eventSchema = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});

/** `died` is told where the way to the API server breaks. */
export async function openKubernetes(died: (sentence: string) => void, signal: AbortSignal): Promise<Kubernetes> {
  const run = (command: string, args: readonly string[], stdin?: string) => runProgram(command, args, stdin, signal);
  const kubectl = async (args: readonly string[], stdin?: string) => {
    const said = await run('kubectl', args, stdin);
    if (!said.ok) throw new Error(`kubectl ${args.join(' ')}: ${said.text.trim()}`);
    return said.stdout;
  };
  const proxy = await startProcess({
    name: 'kubectl proxy',
    command: 'kubectl',
    args: ['proxy', '--port=0', '--reject-methods=^$'],
    env: environment(),
    readyBy: (line) => /Starting to serve on (\S+)/.exec(line)?.[1],
    died,
    signal,
  });
  const api = `http://${proxy.ready}`;
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(api + path, {
      ...init,
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    });
    return { status: response.status, text: await response.text() };
  };
  return {
    kubectl,
    run,
    post: (path, body) =>
      ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    watch(path, heard) {
      const stopped = new AbortController();
      const until = AbortSignal.any([signal, stopped.signal]);
      const watching = followWatch(`${api}${path}`, heard, until).catch((error: unknown) => {
        if (!until.aborted) died(`The watch of ${path} broke: ${String(error)}`);
      });
      return async () => {
        stopped.abort();
        await watching;
      };
    },
    read: (path, heard, until) => readLines(`${api}${path}`, heard, AbortSignal.any([signal, until])),
    async reach(namespace, service, port) {
      const { spec } = z
        .object({ spec: z.object({ clusterIP: z.string() }) })
        .parse(JSON.parse(await kubectl(['get', 'service', service, '-n', namespace, '-o', 'json'])));
      const direct = `http://${spec.clusterIP}:${port}`;
      const isReached = await fetch(direct, { signal: AbortSignal.timeout(reachWithinMs) }).then(
        () => true,
        () => false,
      );
      return isReached ? direct : `${api}/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy`;
    },
    stop: () => proxy.stop(),
  };
}

/** `startProcess` gives its processes no environment but what is said. */
function environment(): Record<string, string> {
  const { HOME = '', KUBECONFIG = '' } = process.env;
  return { HOME, ...(KUBECONFIG === '' ? {} : { KUBECONFIG }) };
}

/** Tells of each line of an answer that goes on. */
async function readLines(url: string, heard: (line: string) => void, until: AbortSignal): Promise<void> {
  const response = await fetch(url, { signal: until });
  if (response.body === null || !response.ok) throw new Error(`it was answered with ${response.status}`);
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) heard(line);
  }
}

/** A watch of the API server ends after minutes, by its own rule, and begins anew with all that is there. */
async function followWatch(url: string, heard: (event: Event) => void, until: AbortSignal): Promise<void> {
  const hear = (line: string) => {
    const event = eventSchema.parse(JSON.parse(line));
    if (event.type === 'ERROR') throw new Error(line);
    if (event.type !== 'BOOKMARK') heard({ type: event.type, object: event.object });
  };
  while (!until.aborted) await readLines(`${url}${url.includes('?') ? '&' : '?'}watch=true`, hear, until);
}

/** Looks until something is seen: neither `undefined` nor `false`. Rejects where that takes too long. */
export async function eventually<T>(
  what: string,
  withinMs: number,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  signal: AbortSignal,
): Promise<T> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadlineMs) throw new Error(`${what}: not so within ${withinMs / 1_000} s`);
    await sleep(lookEveryMs, undefined, { signal });
  }
}

/** Much less than any bound that is measured by it. */
const lookEveryMs = 200;
