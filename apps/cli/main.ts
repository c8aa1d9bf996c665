import { randomBytes } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describeFaults } from '../shared/config.ts';
import { untilSignal } from '../shared/lifecycle.ts';
import { createRedis } from '../shared/redis.ts';
import { readCommand, type Command } from './command.ts';
import { drop } from './drop.ts';
import { listKeys, makeKey, revokeKey } from './keys.ts';
import { openLimit } from './limit-open.ts';
import { list } from './list.ts';
import type { Ended, Print } from './print.ts';
import { openQueues } from './queues.ts';
import { redrive } from './redrive.ts';
import { send } from './send.ts';
import { show } from './show.ts';
import { status } from './status.ts';
import { tellCapacity } from './tell-capacity.ts';
import type { Tools } from './tools.ts';
import { usageOf } from './usage.ts';

const { stdin, stdout, stderr } = process;

// Whoever reads may stop early, as `head` does: then the rest is given back, and nothing is wrong.
const unread = new AbortController();
stdout.on('error', () => unread.abort());

const print: Print = {
  out: (line) =>
    new Promise((resolve) => {
      if (unread.signal.aborted) resolve();
      else stdout.write(`${line}\n`, () => resolve());
    }),
  tell: (line) => void stderr.write(`${line}\n`),
};

/** What is typed; nothing where the input or the run ends instead. */
function askOf(stop: AbortSignal): (question: string) => Promise<string> {
  return (question) =>
    new Promise((resolve) => {
      // As a terminal readline would keep Ctrl-C to itself.
      const lines = createInterface({ input: stdin, output: stderr, terminal: false });
      stop.addEventListener('abort', () => lines.close());
      lines.once('close', () => resolve(''));
      lines.question(question, (answer) => {
        resolve(answer);
        lines.close();
      });
    });
}

async function toolsOf(): Promise<Tools> {
  const stop = AbortSignal.any([untilSignal(process), unread.signal]);
  return {
    queues: await openQueues(process.env),
    createRedis,
    print,
    screen: { isTTY: stderr.isTTY, write: (text) => stderr.write(text) },
    ask: stdin.isTTY ? askOf(stop) : undefined,
    now: Date.now,
    stop,
  };
}

async function readInput(file: string | undefined, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of file === undefined ? stdin : createReadStream(file)) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes) break;
  }
  return Buffer.concat(chunks);
}

async function run(command: Command): Promise<Ended> {
  switch (command.kind) {
    case 'help':
      await print.out(usageOf(command.noun).trimEnd());
      return { ok: true };
    case 'misused':
      print.tell(`${command.fault}\n\n${usageOf(command.noun).trimEnd()}`);
      return { ok: false, misused: true };
    case 'faults':
      print.tell(describeFaults('The configuration', command.faults));
      return { ok: false };
    case 'limit open': {
      const { ok, told } = await openLimit(command, createRedis);
      if (ok) await print.out(told);
      else print.tell(told);
      return { ok };
    }
    case 'send':
      if (command.file === undefined && stdin.isTTY)
        print.tell('Reading the event from standard input; Ctrl-D ends it.');
      return send(command, { print, read: readInput, fetch, createRedis, now: () => performance.now() });
    case 'capacity':
      return tellCapacity(command, print);
    case 'keys new':
      return makeKey(command, { print, randomBytes, now: Date.now });
    case 'keys list':
      return listKeys(command, { print, randomBytes, now: Date.now });
    case 'keys revoke':
      return revokeKey(command, { print, randomBytes, now: Date.now });
    case 'status':
      return status(command, await toolsOf());
    case 'dlq list':
      return list(command, await toolsOf());
    case 'dlq show':
      return show(command, await toolsOf());
    case 'dlq redrive':
      return redrive(command, await toolsOf());
    case 'dlq drop':
      return drop(command, await toolsOf());
    default:
      return command satisfies never;
  }
}

const command = readCommand(process.argv.slice(2), process.env, (path) => readFileSync(path, 'utf8'));
try {
  const { ok, misused } = await run(command);
  process.exitCode = ok ? 0 : misused ? 2 : 1;
} catch (error) {
  print.tell(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
// Idle connections and a half-read standard input would keep the process for a while yet.
stdin.destroy();
