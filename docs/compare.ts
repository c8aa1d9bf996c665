import { makeTable, tableAfter } from './markdown.ts';

/** Where figures were left by the commands that measured them. */
export interface Recorded {
  /** docs/limit.md */
  readonly limit: string;
  /** docs/delivery.md */
  readonly delivery: string;
  /** bench/baseline.json: ours ÷ theirs, where two are compared */
  readonly baseline: Readonly<Record<string, number>>;
}

type Row = readonly [figure: string, ours: string, theirs: string, command: string];

const limitCommand = '`npm run conformance -- limit`';
const deliveryCommand = '`npm run conformance -- delivery`';

/** Throws where a figure is not recorded any more: then its row in the README is to be changed, or left out. */
function find(rows: readonly string[][], file: string, column: number, value: string): string[] {
  const row = rows.find((cells) => cells[column] === value);
  if (row === undefined) throw new Error(`There is no row ${value} in ${file}: docs/compare.ts asks for it`);
  return row;
}

function limitRows(limit: string): readonly Row[] {
  const measured = tableAfter('<!-- measured -->', limit);
  const beside = tableAfter('<!-- beside -->', limit);
  const row = (figure: string, scenario: string): Row => {
    const theirs = beside
      .filter(([, played]) => played === scenario)
      .map(([system, , , ratio]) => `${system} ${ratio}`);
    const [, , ratio = ''] = find(measured, 'docs/limit.md', 0, scenario);
    return [figure, ratio, theirs.join(', '), limitCommand];
  };
  const [, , , used = ''] = find(measured, 'docs/limit.md', 0, 'steady-50');
  return [
    row('calls of the fullest second ÷ limit, at 50 a second', 'steady-50'),
    row('the same at 5 a second, at the edge of a window', 'edge-of-window'),
    ['part of the limit that is used, at 50 a second', used, '–', limitCommand],
  ];
}

function deliveryRows(delivery: string): readonly Row[] {
  const matrix = tableAfter('<!-- matrix -->', delivery);
  const peers = tableAfter('<!-- peers -->', delivery);
  const what = 'effects twice, with keys, and without keys and no second call';
  const [, effects = ''] = find(tableAfter('<!-- measured -->', delivery), 'docs/delivery.md', 0, what);
  const [, twice = ''] = effects.split(', ');
  const row = (figure: string, name: string): Row => {
    const [, , , , events = '', , letters = '0'] = find(matrix, 'docs/delivery.md', 1, name);
    const left = letters === '0' ? '' : `; ${letters} dead letters, in doubt`;
    const theirs = peers.filter(([played]) => played === name);
    return [
      figure,
      `${twice} of ${events}${left}`,
      theirs.map(([, system, of, , , times]) => `${system} ${times} of ${of}`).join(', '),
      deliveryCommand,
    ];
  };
  return [
    row('done twice where answers are lost, at a target without keys', 'commits-then-resets-keyless'),
    row('done twice where dispatchers are killed, at a target without keys', 'dispatcher-killed-keyless'),
  ];
}

/** What those are called that have no package's name; undefined are floors that the README leaves out. */
const peerNames: Readonly<Record<string, string | undefined>> = {
  naive: 'one request to SQS an event',
  'bare-express': 'Express that queues nothing',
  'node-http': undefined,
  fastify: undefined,
  bullmq: 'BullMQ',
};

function benchRows(baseline: Recorded['baseline']): readonly Row[] {
  /** Theirs ÷ ours, in two digits that count. */
  const theirs = (prefix: string) =>
    Object.entries(baseline)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, ratio]) => ({ peer: name.slice(prefix.length), ratio }))
      .map(({ peer, ratio }) => ({ named: Object.hasOwn(peerNames, peer) ? peerNames[peer] : peer, ratio }))
      .filter(({ named }) => named !== undefined)
      .map(({ named, ratio }) => `${named} ${Number((1 / ratio).toPrecision(2))}`)
      .join('; ');
  const acks = theirs('receiver acks/s/core vs ');
  const events = theirs('dispatcher events/s/core vs ');
  return [
    ['events acknowledged for a second of CPU, ours is 1', '1', acks, '`npm run bench -- receiver`'] as const,
    ['events delivered for a second of CPU, ours is 1', '1', events, '`npm run bench -- dispatcher`'] as const,
  ].filter(([, , others]) => others !== '');
}

/** The README's table of what was measured beside others: each figure as its command left it. */
export function compare({ limit, delivery, baseline }: Recorded): string {
  const head = ['measured', 'Event Gateway', 'beside it, in the same run', 'by'];
  return makeTable(head, [...limitRows(limit), ...deliveryRows(delivery), ...benchRows(baseline)]);
}
