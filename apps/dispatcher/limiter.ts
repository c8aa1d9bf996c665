import { createReserve, type Reserve } from './permit.ts';
import { createShare, type SharePart } from './share.ts';
import type { Pace } from './pace.ts';
import type { Scripts } from './scripts.ts';

export interface LimiterOptions {
  readonly scripts: Pick<Scripts, 'permit' | 'share'>;
  readonly names: { readonly instance: string; readonly target: string };
  readonly pace: Pace;
  readonly pod: string;
  readonly serverId: () => string | undefined;
  readonly now: () => number;
}

/** Reservations at Redis, and without it of this pod's share, where the target allows one. */
export function createLimiter(options: LimiterOptions): {
  readonly reserve: Reserve;
  readonly share: SharePart | undefined;
} {
  const { scripts, names, pace, pod, now } = options;
  const reserve = createReserve({ ...options, script: scripts.permit });
  if (pace.share === undefined) return { reserve, share: undefined };
  const { latenessMs } = pace;
  const share = createShare({ share: pace.share, script: scripts.share, names, reserve, owner: pod, latenessMs, now });
  return { reserve: share.reserve, share };
}
