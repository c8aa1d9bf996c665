/** What a pod of a peer is given. */
export interface PeerOptions {
  readonly redisUrl: string;
  /** The limit of all pods together. */
  readonly calls: number;
  readonly perMs: number;
  readonly pods: number;
  /** Makes one call; resolves with its answer. */
  readonly call: () => Promise<void>;
}

/** A pod of a peer that is up: takes so many calls to be made as soon as its limiter lets it. */
export type AddCalls = (count: number) => void;

export type StartPeer = (options: PeerOptions) => Promise<AddCalls>;

/** Works off a backlog one by one: `acquire` resolves when a call may be made. Answers are not waited for. */
export function workOff(acquire: () => Promise<void>, call: () => Promise<void>): AddCalls {
  let backlog = 0;
  let working = false;
  const work = async () => {
    working = true;
    for (; backlog > 0; backlog--) {
      await acquire();
      void call();
    }
    working = false;
  };
  return (count) => {
    backlog += count;
    if (!working) void work();
  };
}
