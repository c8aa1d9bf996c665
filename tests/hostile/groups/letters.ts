import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { encode } from '../../../apps/shared/event.ts';
import { queueSafe } from '../../../apps/shared/json.ts';
import { repository } from '../../conformance/tree.ts';
import { purge } from '../arrived.ts';
import type { Attacked } from '../attack.ts';
import { eventOf } from '../deliver.ts';
import { fault, type Fault } from '../fault.ts';
import type { Group } from '../group.ts';
import { hostileText } from '../texts.ts';
import type { World } from '../world.ts';

/** What a terminal takes for an order, or what makes a line look like another one. */
const orders = [
  '\u001b[2J',
  '\u001b]0;title\u0007',
  '\u001b]52;c;ZXZpbA==\u0007',
  '\u001b]8;;http://127.0.0.1/\u001b\\link\u001b]8;;\u001b\\',
  '\u009b31m',
  '\u0090q\u009c',
  '\r\nforged line',
  '\u0008'.repeat(20),
  '\u202eesrever\u202c',
  '\u2066x\u2069',
  '\u061c',
  '\u2028second line',
  '\u0085',
  '\u200b',
  '\ufeff',
  '\u{e0041}',
  '\u0007\u0007',
  '\u000b\u000c',
  '\u007f',
] as const;

const ordering = fc.oneof(
  fc.constantFrom(...orders),
  fc.tuple(hostileText, fc.constantFrom(...orders)).map(([text, order]) => text + order),
  hostileText,
);

/** All in one, so that `egw dlq show` prints each of them. */
const shared = 'letter-of-many';

const letters = fc.record({
  id: fc.oneof({ weight: 3, arbitrary: fc.constant(shared) }, { weight: 1, arbitrary: ordering }),
  text: ordering,
  type: ordering,
  reason: ordering,
  kind: fc.oneof(fc.constantFrom('refused', 'failed', 'in_doubt', 'conflict', 'malformed'), ordering),
  isEvent: fc.boolean(),
});

type Letter = typeof letters extends fc.Arbitrary<infer Made> ? Made : never;

/** What may stand in the value of an attribute is what may stand in a body. */
const attribute = (text: string) =>
  queueSafe(text)
    .replaceAll(/(?![\t\n\r\u007f-\u009f])\p{Cc}/gu, ' ')
    .slice(0, 2_000) || ' ';

function entryOf({ id, text, type, reason, kind, isEvent }: Letter, at: number) {
  const body = isEvent
    ? encode({
        ...eventOf(id === '' ? shared : id, { type: 'x', data: text }),
        type: type === '' ? 'x' : type,
        sender: text === '' ? 'x' : text,
      })
    : text;
  const attributes = {
    class: attribute(kind),
    reason: attribute(reason),
    dead_at: attribute(text),
    trace_id: attribute(type),
  };
  return {
    Id: String(at),
    MessageBody: attribute(body).length > 0 && !isEvent ? attribute(body) : body,
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    ),
  };
}

interface Shown {
  readonly code: number;
  readonly text: string;
}

/** A command that shows thousands of letters takes seconds. */
const commandMs = 60_000;
const mostBytes = 256 * 1_048_576;

function egw(world: World, args: readonly string[]): Promise<Shown> {
  const options = { env: { ...world.env }, timeout: commandMs, maxBuffer: mostBytes };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(repository, 'apps/cli/main.ts'), ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), text: stdout + stderr });
    });
  });
}

/** Everything that moves a cursor or turns a line, but the line feeds that `egw` writes itself. */
const moving = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

function judgeShown(command: string, { code, text }: Shown): readonly Fault[] {
  const at = text.search(moving);
  const shown = JSON.stringify(text.slice(Math.max(0, at - 20), at + 20));
  return [
    ...(code === 0 ? [] : [fault('crash', `egw ${command} ends with ${code}: ${JSON.stringify(text.slice(-300))}`)]),
    ...(at === -1 ? [] : [fault('let in', `egw ${command} hands ${shown} to the terminal`)]),
  ];
}

async function write({ queues, urls }: World, all: readonly Letter[]): Promise<number> {
  let taken = 0;
  for (let at = 0; at < all.length; at += 10) {
    const Entries = all.slice(at, at + 10).map(entryOf);
    const { Successful = [] } = await queues.sqs.send(new SendMessageBatchCommand({ QueueUrl: urls.crmDead, Entries }));
    taken += Successful.length;
  }
  return taken;
}

export const hostileLetters: Group = {
  name: 'letters',
  does: 'dead letters with escape sequences, controls and turned lines in every part, shown by egw in a terminal',
  inputs: { whole: 4_000, short: 150 },
  async play(world, { inputs, seed }): Promise<Attacked> {
    await purge(world, world.urls.crmDead);
    const taken = await write(world, fc.sample(letters, { numRuns: inputs, seed }));
    const target = ['--target', 'crm'];
    const list = await egw(world, ['dlq', 'list', ...target]);
    const json = await egw(world, ['dlq', 'list', ...target, '--json']);
    const show = await egw(world, ['dlq', 'show', shared, ...target]);
    const showJson = await egw(world, ['dlq', 'show', shared, ...target, '--json']);
    const dry = await egw(world, ['dlq', 'redrive', ...target, '--dry-run']);
    await purge(world, world.urls.crmDead);
    // The last line says how many there were.
    const lines = list.text.trimEnd().split('\n').length - 1;
    const parsed = json.text.split('\n').filter((line) => line.startsWith('{') && JSON.parse(line) !== null).length;
    const counted = [
      ['egw dlq list', lines],
      ['egw dlq list --json', parsed],
    ] as const;
    return {
      inputs: taken,
      faults: [
        ...judgeShown('dlq list', list),
        ...judgeShown('dlq list --json', json),
        ...judgeShown('dlq show', show),
        ...judgeShown('dlq show --json', showJson),
        ...judgeShown('dlq redrive', dry),
        ...counted.flatMap(([command, count]) =>
          count === taken ? [] : [fault('let in', `${command} shows ${count} lines of ${taken} letters`)],
        ),
      ],
    };
  },
};
