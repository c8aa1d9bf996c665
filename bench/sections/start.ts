import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { readListening, startProcess } from '../../tests/conformance/processes.ts';
import { freePort } from '../../tests/conformance/redis-server.ts';
import { figureOf, type Section } from '../figure.ts';
import { cores, median, pinned } from '../measure.ts';
import { writeGateway } from '../receiver/gateway.ts';
import { onStage, type Stage } from '../stage.ts';
import { awsEnvironment } from '../stand-in/start.ts';
import { buildImage, cacheFolder, readCommand, type App } from '../start/image.ts';
import { untilReady } from '../start/ready.ts';

const apps = ['receiver', 'dispatcher'] as const;

const bound = { atMost: 6 } as const;

/** Node from its start to its end, with nothing to do. In ms. */
async function timeNode(signal: AbortSignal): Promise<number> {
  const { command, args } = pinned(cores.measured, process.execPath, ['-e', '0']);
  const startedMs = performance.now();
  await once(spawn(command, args, { stdio: 'ignore', signal }), 'exit');
  return performance.now() - startedMs;
}

/** An app from its start until it says that it is ready. In ms. */
async function timeApp(app: App, root: string, configPath: string, { standIn, redis, died, signal }: Stage) {
  const port = await freePort();
  const args = await readCommand(app);
  const startedMs = performance.now();
  const starting = startProcess({
    name: app,
    ...pinned(cores.measured, process.execPath, args),
    cwd: root,
    env: {
      ...awsEnvironment(standIn.endpoint),
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: join(root, cacheFolder),
      EGW_CONFIG: configPath,
      EGW_TARGET: 'crm',
      // Nothing of an earlier start is to be waited for.
      EGW_INSTANCE: randomUUID(),
      REDIS_URL: redis.url,
      HOST: '127.0.0.1',
      PORT: '0',
      OPS_PORT: String(port),
    },
    readyBy: readListening,
    died,
    signal,
  });
  const started = new AbortController();
  starting.catch((error: unknown) => started.abort(error));
  try {
    await untilReady(port, AbortSignal.any([signal, started.signal]));
    return performance.now() - startedMs;
  } finally {
    // A dispatcher that is asked to stop waits for its last long poll.
    await starting.then(
      (process_) => process_.stop('SIGKILL'),
      () => undefined,
    );
  }
}

const describe = (name: string, times: readonly number[]) =>
  `${name}: ${median(times).toFixed(0)} ms, from ${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)}`;

/** From the start of a process until it is ready, as the images start it, beside the start of Node itself. */
export const start: Section = ({ short, say, signal: ended }) =>
  onStage(ended, async (stage) => {
    const { folder, signal } = stage;
    say('builds what the images hold');
    const root = await buildImage(folder, signal);
    const { configPath } = await writeGateway(stage);
    const node: number[] = [];
    const times = { receiver: [] as number[], dispatcher: [] as number[] };
    const rounds = short ? 7 : 15;
    // The first round reads files from the disk, and is not measured.
    for (let round = 0; round <= rounds; round++) {
      const nodeMs = await timeNode(signal);
      if (round > 0) node.push(nodeMs);
      for (const app of apps) {
        const tookMs = await timeApp(app, root, configPath, stage);
        if (round > 0) times[app].push(tookMs);
      }
    }
    return apps.map((app) =>
      figureOf({
        name: `start of the ${app}`,
        rounds: times[app].map((tookMs, round) => tookMs / (node[round] ?? Number.NaN)),
        against: 'node -e 0',
        bound,
        says: [describe(app, times[app]), describe('node -e 0', node)],
      }),
    );
  });
