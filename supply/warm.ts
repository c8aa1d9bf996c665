import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * `node supply/warm.ts FOLDER ARGUMENT…`: fills Node's compile cache in FOLDER by one start and one event of the app that
 * Node runs with these arguments. Nothing that the app calls is there. The cache is of use to the same Node, with the files
 * at the same paths: so each image fills its own. It needs nothing but Node.
 */
const [folder = '', ...args] = process.argv.slice(2);

/** A start takes a second, and some more on an emulated processor. */
const patienceMs = 60_000;

const nowhere = 'http://127.0.0.1:9';
const gateway = {
  auth: { allowAnonymous: true },
  targets: {
    warm: {
      queue: { url: `${nowhere}/0/warm`, deadLetterUrl: `${nowhere}/0/dead` },
      graphql: {
        endpoint: `${nowhere}/graphql`,
        mutation: 'mutation Warm($input: Input!) { warm(input: $input) { id } }',
      },
      limit: { windows: [{ calls: 1, per: '1s' }] },
    },
  },
};
/** The last that the start of an app brings is that its queue is not to be had. */
const started = ['listening', 'queue.depth_unknown', 'queue.rules_unknown'];

const work = mkdtempSync(join(tmpdir(), 'egw-warm-'));
const configPath = join(work, 'gateway.yaml');
writeFileSync(configPath, JSON.stringify(gateway));
const app = spawn(process.execPath, args, {
  env: {
    NODE_COMPILE_CACHE: folder,
    NODE_ENV: 'production',
    EGW_CONFIG: configPath,
    EGW_TARGET: 'warm',
    REDIS_URL: 'redis://127.0.0.1:9',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SQS: nowhere,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    HOST: '127.0.0.1',
    PORT: '0',
    OPS_PORT: '0',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
  signal: AbortSignal.timeout(patienceMs),
});
const ended = once(app, 'exit');
const heard = new Set<string>();
for await (const line of createInterface({ input: app.stdout })) {
  const { msg, port } = JSON.parse(line) as { msg: string; port?: number };
  if (!started.includes(msg) || heard.has(msg)) continue;
  heard.add(msg);
  if (port !== undefined) {
    const event = { id: 'warm', type: 'warm', data: {} };
    await fetch(`http://127.0.0.1:${port}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
  }
  if (heard.size === 2) app.kill('SIGTERM');
}
const [code] = (await ended) as [number | null];
rmSync(work, { recursive: true });
if (code !== 0) throw new Error(`The app ended with ${code ?? 'a signal'}: its arguments were ${args.join(' ')}`);
