import type { IncomingMessage, ServerResponse } from 'node:http';
import { nameError, stackOf, type Log } from '../shared/log.ts';
import { refusal, type Answer } from './answer.ts';
import type { Call, Outcome, Settled } from './calls.ts';
import type { Clock } from './clock.ts';
import type { Effects } from './effects.ts';
import { createExecutor, type Executed } from './execute.ts';
import type { Limit } from './limit.ts';
import { receive, type GraphqlRequest } from './receive.ts';
import type { State } from './state.ts';
import { react, strike, type Reaction } from './strike.ts';

export interface ServeOptions {
  state: State;
  clock: Clock;
  /** How long a commit takes. */
  latencyMs: number;
  log: Log;
  /** Aborts when the target closes: what has not taken effect by then does not any more. */
  closing: AbortSignal;
}

interface Told {
  outcome: Outcome;
  effect: boolean;
  reaction: Reaction;
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

function limitedAnswer({ calls, perMs }: Limit, retryAfterMs: number): Answer {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const message = `More than ${calls} calls in ${perMs} ms; try again in ${seconds} s.`;
  return refusal(429, 'RATE_LIMITED', message, { 'retry-after': String(seconds) });
}

const statusOf = (reaction: Reaction): number | null => ('answer' in reaction ? reaction.answer.status : null);

/**
 * Serves the GraphQL endpoint, one call at a time through: arrive (a place in the limit, a line in the record) ·
 * receive · strike or execute · settle · react. The limit is judged at the arrival and before everything else, as
 * gateways do. A fault strikes only what would have been executed, so a stray request cannot spend it.
 */
export function createCallServer(options: ServeOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { state, clock, latencyMs, log, closing } = options;
  const execute = createExecutor();

  /** Executes one request, and tells of everything it has delivered. */
  function executing(request: GraphqlRequest, call: Call, effects: Effects) {
    const tally = { effects: 0, duplicates: 0 };
    const run = (): Promise<Executed> =>
      execute(request, {
        async deliver({ key, id, type }) {
          if (latencyMs > 0) await clock.sleep(latencyMs, closing);
          closing.throwIfAborted();
          const delivery = effects.commit({ call: call.seq, key, id, type, input: request.described.input });
          tally[delivery.duplicate ? 'duplicates' : 'effects']++;
          return delivery;
        },
        find: (key) => effects.find(key),
        count: () => effects.count,
      });
    const outcome = ({ kind }: Executed): Outcome => {
      if (kind === 'refused') return 'invalid';
      if (tally.effects > 0) return 'delivered';
      return tally.duplicates > 0 ? 'duplicate' : 'answered';
    };
    return { tally, run, outcome };
  }

  async function perform(request: GraphqlRequest, call: Call, effects: Effects): Promise<Told> {
    const { tally, run, outcome } = executing(request, call, effects);
    const fault = state.faults.strike(request.described);
    if (!fault) {
      const executed = await run();
      const reaction = { kind: 'answer', answer: executed.answer } as const;
      return { outcome: outcome(executed), effect: tally.effects > 0, reaction };
    }
    const reaction = await strike(fault, {
      ...request.described,
      accepted: request.accepted,
      execute: async () => (await run()).answer,
      sleep: (ms) => clock.sleep(ms, closing),
    });
    return { outcome: `fault:${fault.fault}`, effect: tally.effects > 0, reaction };
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrival = clock.monotonicMs();
    const { calls, effects, limiter, limit } = state;
    const place = limiter.take(arrival);
    const call = calls.open({
      arrival,
      time: new Date(clock.wallMs()).toISOString(),
      idempotency_key: header(request, 'idempotency-key'),
      traceparent: header(request, 'traceparent'),
      limited: place.kind === 'limited',
    });

    const settle = (settled: Settled): void => {
      calls.settle(call, settled);
      const { outcome, status, effect } = settled;
      const duration_ms = clock.monotonicMs() - arrival;
      log.debug({ call: call.seq, event_id: call.id, type: call.type, outcome, status, effect, duration_ms }, 'call');
    };
    const tell = async ({ outcome, effect, reaction }: Told): Promise<void> => {
      // Settled first: whoever has seen the answer finds it in the record.
      settle({ status: response.destroyed ? null : statusOf(reaction), outcome, effect });
      if (!response.destroyed) await react(response, reaction, clock, closing);
    };

    const received = await receive(request);
    if (received.kind === 'request') calls.describe(call, received.request.described);
    if (received.kind === 'left') {
      settle({ status: null, outcome: place.kind === 'limited' ? 'limited' : 'aborted', effect: false });
      return;
    }
    if (place.kind === 'limited') {
      const answer = limitedAnswer(limit, place.retryAfterMs);
      return tell({ outcome: 'limited', effect: false, reaction: { kind: 'answer', answer } });
    }
    if (received.kind === 'refused')
      return tell({ outcome: 'invalid', effect: false, reaction: { kind: 'answer', answer: received.answer } });
    return tell(await perform(received.request, call, effects));
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (closing.aborted || response.destroyed) return;
      log.error({ error: nameError(error), stack: stackOf(error) }, 'a call failed inside the target');
      response.destroy();
    });
  };
}
