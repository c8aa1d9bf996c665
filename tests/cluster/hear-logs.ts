import type { Kubernetes } from './kubernetes.ts';

/** What pods said that is out of the ordinary. */
export interface Logs {
  /** Follows a container that runs, until it ends. */
  readonly follow: (pod: string) => void;
  /** Takes all that was heard since it was taken last. */
  readonly take: () => readonly string[];
  readonly stop: () => Promise<void>;
}

/** Of a fleet that fails for minutes; the first lines say why. */
const keptLines = 200;
const keptChars = 400;

/** Each event's own line is ordinary: it says what became of it. */
const isOrdinary = (line: string) => /"level":"(debug|info)"/.test(line) && !/"msg":"(stopping|stopped)"/.test(line);

export function hearLogs({ read }: Pick<Kubernetes, 'read'>, namespace: string): Logs {
  const stopped = new AbortController();
  const following = new Set<Promise<void>>();
  let lines: string[] = [];
  const hear = (pod: string, line: string) => {
    if (line !== '' && !isOrdinary(line) && lines.length < keptLines) lines.push(`${pod}: ${line.slice(0, keptChars)}`);
  };
  return {
    follow(pod) {
      const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?follow=true`;
      // A container that is gone before it could be heard has nothing to tell.
      const reading = read(path, (line) => hear(pod, line), stopped.signal).catch(() => undefined);
      following.add(reading);
      void reading.then(() => following.delete(reading));
    },
    take() {
      const taken = lines;
      lines = [];
      return taken;
    },
    async stop() {
      stopped.abort();
      await Promise.all(following);
    },
  };
}
