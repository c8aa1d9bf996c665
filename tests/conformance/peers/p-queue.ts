import PQueue from 'p-queue';
import type { StartPeer } from './peer.ts';

/** A limiter of each pod's own, with its part of the limit; one call is the least that it takes. */
export const startPQueue: StartPeer = ({ calls, perMs, pods, call }) => {
  const queue = new PQueue({ interval: perMs, intervalCap: Math.max(1, Math.floor(calls / pods)) });
  return Promise.resolve((count) => {
    for (let i = 0; i < count; i++) void queue.add(call);
  });
};
