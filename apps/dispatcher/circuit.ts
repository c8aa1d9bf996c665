import { nameError, type Log } from '../shared/log.ts';
import { circuitKey, flightKey } from '../shared/state-keys.ts';
import { wait } from '../shared/wait.ts';
import { ruleOfStatus } from './outcome-rules.ts';
import { guestOf, type Reserve, type Slot } from './permit.ts';
import { createBell, spareMs, type Bell } from './timing.ts';
import type { Outcome } from './classify.ts';
import type { Heard } from './ledger.ts';
import type { Scripts } from './scripts.ts';

/** What the probe's question found. `unused`: the slot passed before it was asked. */
export type Asked = 'somebody' | 'nobody' | 'unused';

/**
 * The circuit of the fleet, as this pod knows it; `scripts/circuit.lua` keeps it.
 *
 * While it is open every pod asks, every second, for the lease of the probe. The one that has it asks the target
 * `{ __typename }`; where that is answered it receives one message and calls for it, and the end of that call, of which Redis
 * is told with the event's record, closes the circuit or gives the probe back.
 */
export interface Circuit {
  readonly isOpen: () => boolean;
  /** Whether this pod may receive one message, as the probe. */
  readonly isSending: () => boolean;
  /** Learns that it is open, from a reservation or from another pod. */
  readonly opened: () => void;
  /** Learns that it may be closed by now. */
  readonly moved: () => void;
  /** Probes while it is open; resolves when the signal has ended and the probe is given back. */
  readonly watch: (signal: AbortSignal) => Promise<void>;
}

export interface CircuitOptions {
  readonly script: Scripts['probe'];
  readonly names: { readonly instance: string; readonly target: string };
  readonly pod: string;
  readonly timeoutMs: number;
  readonly reserve: Reserve;
  readonly ask: (slot: Slot) => Promise<Asked>;
  /** Rung when receiving and calling may go on. */
  readonly changed: Bell;
  readonly log: Log;
}

/** How soon a pod looks again whether it may have the probe: what a crash of its holder costs beyond the lease. */
const lookEveryMs = 1_000;

/** A probe that Redis or the limiter refused is tried again after this. */
const againMs = 200;

type Move = 'take' | 'answered' | 'failed' | 'leave';
type Reply = { readonly kind: 'closed' | 'ask' | 'send' | 'gone' } | { readonly kind: 'wait'; readonly waitMs: number };

/** Whom a call found, by its outcome; a gateway that answers for a target that is gone is nobody. */
export function heardOf(outcome: Outcome, status: number | undefined): Heard {
  if (outcome.kind === 'unavailable') return 'nobody';
  if (outcome.kind !== 'in_doubt') return 'somebody';
  return status === undefined || ruleOfStatus(status).fate === 'unavailable' ? 'nobody' : 'somebody';
}

export function createCircuit(options: CircuitOptions): Circuit {
  const { pod, timeoutMs, changed, log } = options;
  const { instance, target } = options.names;
  const keys = [circuitKey(instance, target), flightKey(instance, target)];
  // A call and all that surrounds it: a slot within the horizon, an answer, and its settling.
  const leaseMs = timeoutMs + 3 * spareMs;
  const bell = createBell();
  let open = false;
  let sending = false;

  const move = async (what: Move): Promise<Reply> => {
    const result = await options.script(keys, [pod, leaseMs, what]);
    if (!result.ok) return { kind: 'gone' };
    const [kind, waitMs = 0] = result.reply as ['closed' | 'ask' | 'send' | 'wait', number?];
    return kind === 'wait' ? { kind, waitMs } : { kind };
  };

  const ask = async (signal: AbortSignal): Promise<Move> => {
    const permit = await options.reserve([guestOf(pod)]);
    const [slot] = permit.kind === 'slots' ? permit.slots : [];
    if (slot === undefined) {
      await wait(permit.kind === 'slots' || permit.kind === 'gone' ? againMs : permit.waitMs, signal);
      return 'take';
    }
    const found = await options.ask(slot);
    log.info({ target, found }, 'circuit.asked');
    return found === 'unused' ? 'take' : found === 'somebody' ? 'answered' : 'failed';
  };

  const closed = () => {
    open = false;
    log.info({ target }, 'circuit.closed');
    changed.ring();
  };

  /** What to tell Redis next. */
  const act = async (reply: Reply, signal: AbortSignal): Promise<Move> => {
    sending = reply.kind === 'send';
    switch (reply.kind) {
      case 'closed':
        closed();
        return 'take';
      case 'ask':
        return ask(signal);
      case 'send':
        changed.ring();
        await bell.heard(signal, lookEveryMs);
        return 'take';
      case 'wait':
        await bell.heard(signal, Math.min(reply.waitMs, lookEveryMs));
        return 'take';
      case 'gone':
        await wait(againMs, signal);
        return 'take';
      default:
        return reply satisfies never;
    }
  };

  return {
    isOpen: () => open,
    isSending: () => sending,
    opened() {
      if (open) return;
      open = true;
      log.warn({ target }, 'circuit.open');
      bell.ring();
    },
    moved: () => bell.ring(),
    async watch(signal) {
      let next: Move = 'take';
      while (!signal.aborted) {
        if (!open) {
          await bell.heard(signal);
          continue;
        }
        try {
          next = await act(await move(next), signal);
        } catch (error) {
          log.error({ target, error: nameError(error) }, 'circuit.probe_broke');
          await wait(againMs, signal);
          next = 'take';
        }
      }
      sending = false;
      if (open) await move('leave');
    },
  };
}
