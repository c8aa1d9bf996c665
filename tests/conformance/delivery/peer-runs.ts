import { peers } from './peer-systems.ts';
import { playRow, type System } from './play-row.ts';
import type { RowRun } from './report.ts';
import type { Row, Size } from './row.ts';
import { rows } from './rows/all.ts';

/** One peer in a row of ours, with the faults, the target and the seed that ours had. */
export interface PeerPlan {
  readonly peer: System;
  readonly row: Row;
  readonly size: Size;
}

const few: Size = { events: 3_000, injections: 8 };

/** The faults that everybody meets. At a target without keys, as most are: there every second effect is seen. */
const shared: Readonly<Record<string, Size>> = {
  'dispatcher-killed-keyless': few,
  'dispatcher-stopped': few,
  'commits-then-resets-keyless': few,
  throttled: few,
  outage: { events: 2_000, injections: 1 },
  poison: few,
};

/** Its queue is its own, so what SQS does wrong is nothing to BullMQ. */
const ofQueue: Readonly<Record<string, Size>> = { 'delete-fails': few };

export const peerPlans: readonly PeerPlan[] = rows.flatMap((row) =>
  peers.flatMap((peer) => {
    const size = shared[row.name] ?? (peer.name === 'BullMQ' ? undefined : ofQueue[row.name]);
    return size === undefined ? [] : [{ peer, row: { ...row, setup: keylessFor(row) }, size }];
  }),
);

/** The sources of the gateway are no part of a peer. */
function keylessFor({ setup }: Row): Row['setup'] {
  return { ...setup, honoursKeys: false, edits: [] };
}

export function measurePeer({ peer, row, size }: PeerPlan, seed: number, signal: AbortSignal): Promise<RowRun> {
  return playRow(row, { size, seed, signal }, peer);
}
