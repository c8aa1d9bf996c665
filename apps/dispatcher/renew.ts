import { wait } from '../shared/wait.ts';
import type { Acknowledge } from './acknowledge.ts';
import type { Held } from './held.ts';
import type { Ledger } from './ledger.ts';
import type { Observe } from './observe.ts';

export interface RenewDeps {
  readonly inHand: () => readonly Held[];
  readonly ledger: Pick<Ledger, 'renew'>;
  readonly hide: Acknowledge['hide'];
  readonly holdMs: number;
  readonly observe: Pick<Observe, 'renewed'>;
  readonly now: () => number;
}

/**
 * Keeps what is in hand hidden and claimed: both are renewed together when half of their time is gone. Whatever fails is
 * tried again at the next look; a hold that runs out meanwhile forbids the call by itself.
 */
export async function renewHolds(deps: RenewDeps, signal: AbortSignal): Promise<void> {
  const lookMs = deps.holdMs / 20;
  while (!signal.aborted) {
    await wait(lookMs, signal);
    const due = deps.inHand().filter((held) => !held.lost && deps.now() - held.holdsFromMs >= deps.holdMs / 2);
    for (let i = 0; i < due.length; i += 100) await renewOnce(deps, due.slice(i, i + 100));
  }
}

async function renewOnce(
  { ledger, hide, holdMs, now, inHand, observe }: RenewDeps,
  due: readonly Held[],
): Promise<void> {
  const requestedAtMs = now();
  const ours = await ledger.renew(due);
  if (ours === undefined) {
    observe.renewed('failed', due.length);
    return;
  }
  for (const [i, held] of due.entries()) if (ours[i] === false) held.lost = true;
  // What was settled meanwhile must not be hidden again: its own wait stands.
  const still = new Set(inHand());
  const kept = due.filter((held) => !held.lost && still.has(held));
  const hidden = await Promise.all(kept.map(({ message }) => hide(message.receiptHandle, holdMs / 1_000)));
  for (const [i, held] of kept.entries()) if (hidden[i] === true) held.holdsFromMs = requestedAtMs;
  const renewed = hidden.filter(Boolean).length;
  observe.renewed('renewed', renewed);
  observe.renewed('failed', kept.length - renewed);
}
