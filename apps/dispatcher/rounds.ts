/** Sends a command, in the same tick. */
type Send<Reply> = () => Promise<Reply>;

/** How soon what is said to Redis has to be there. */
export interface Rounds {
  /** At once, and with it all that waits. */
  readonly now: <Reply>(send: Send<Reply>) => Promise<Reply>;
  /** With what goes at once, or when {@link mostWaiting} wait, or after {@link patienceMs}. */
  readonly soon: <Reply>(send: Send<Reply>) => Promise<Reply>;
}

/**
 * A pod that dies takes with it what it had not told Redis, and each delivery among that is called for again. So as many as
 * this go at once, and fewer wait for less time than a call takes.
 */
const mostWaiting = 5;

/** For targets that are slower than five in this time: at 50 calls a second four go together. */
export const usualPatienceMs = 75;

/** The part of a socket that is needed to make one packet of several writes. */
export interface Corked {
  cork(): void;
  uncork(): void;
}

/**
 * Gathers what is said to Redis into few round trips: a completed delivery need not be told in the moment it is known, and
 * permits and claims are asked for all the time. `link`: the connection as it is now, if there is any.
 */
export function createRounds(link: () => Corked | undefined, patienceMs: number): Rounds {
  let waiting: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;

  const go = () => {
    clearTimeout(timer);
    timer = undefined;
    const sends = waiting;
    waiting = [];
    const corked = link();
    corked?.cork();
    for (const send of sends) send();
    corked?.uncork();
  };
  const add = <Reply>(send: Send<Reply>, isDue: () => boolean): Promise<Reply> =>
    new Promise((resolve, reject) => {
      waiting.push(() => void send().then(resolve, reject));
      if (isDue()) go();
      else timer ??= setTimeout(go, patienceMs);
    });

  return {
    now: (send) => add(send, () => true),
    soon: (send) => add(send, () => patienceMs === 0 || waiting.length >= mostWaiting),
  };
}
