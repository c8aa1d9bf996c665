import { callsPerSecond, objectives, type World } from './world.ts';

/** A fault of a neighbour, and the alert that must notice it. */
export interface Stage {
  readonly name: string;
  /** What is done, in a line. */
  readonly does: string;
  readonly expects: string;
  readonly begin: (world: World) => Promise<void>;
  readonly end: (world: World) => Promise<void>;
}

const standing = { times: null };
const fault = async (world: World, body: object): Promise<void> => {
  await world.gateway.admin('POST', '/faults', { ...standing, ...body });
};
const noFault = async (world: World): Promise<void> => {
  await world.gateway.admin('DELETE', '/faults');
};

export const stages: readonly Stage[] = [
  {
    name: 'target down',
    does: 'the target ends, and nothing listens at its address',
    expects: 'EventGatewayCircuitOpen',
    async begin({ gateway }) {
      await gateway.target.stop();
    },
    end: ({ gateway }) => gateway.replaceTarget(),
  },
  {
    name: 'throttled',
    does: 'the target answers each call with 429 and Retry-After: 2',
    expects: 'EventGatewayTargetThrottled',
    begin: (world) => fault(world, { fault: 'status', status: 429, retryAfter: 2 }),
    end: noFault,
  },
  {
    name: 'unauthorised',
    does: 'the target answers each call with 401',
    expects: 'EventGatewayTargetUnauthorised',
    begin: (world) => fault(world, { fault: 'status', status: 401 }),
    end: noFault,
  },
  {
    name: 'slow',
    does: 'each call takes 1 s, where 0.1 s are expected',
    expects: 'EventGatewayTargetSlow',
    begin: (world) => fault(world, { fault: 'latency', ms: 1_000 }),
    end: noFault,
  },
  {
    name: 'Redis gone',
    does: 'connections to Redis are reset, and new ones too',
    expects: 'EventGatewayLimiterBlind',
    begin({ gateway }) {
      gateway.redisProxy.cut();
      return Promise.resolve();
    },
    end({ gateway }) {
      gateway.redisProxy.mend();
      return Promise.resolve();
    },
  },
  {
    name: 'dispatcher gone',
    does: 'all dispatchers end, and none is started',
    expects: 'EventGatewayDispatcherGone',
    async begin({ gateway, found }) {
      await Promise.all(gateway.dispatchers.map((each) => each.stop()));
      await found();
    },
    async end({ gateway, found }) {
      await Promise.all([gateway.startDispatcher(), gateway.startDispatcher()]);
      await found();
    },
  },
  {
    name: 'poison',
    does: 'the target refuses events of one type',
    expects: 'EventGatewayDeadLetters',
    async begin(world) {
      await fault(world, { fault: 'userErrors', match: { type: 'poison' } });
      for (let i = 0; i < 20; i++) await world.send(`poison-${i}`, 'poison');
    },
    async end(world) {
      await noFault(world);
      // As somebody does who has dropped them.
      await world.gateway.queue.purgeLetters();
    },
  },
  {
    name: 'burst',
    does: `${2.5 * objectives.drainSeconds * callsPerSecond} events at once`,
    expects: 'EventGatewayBacklogLong',
    async begin(world) {
      const count = 2.5 * objectives.drainSeconds * callsPerSecond;
      // In lots: this program's own sockets are few.
      for (let from = 0; from < count; from += 100) {
        await Promise.all(Array.from({ length: 100 }, (_, i) => world.send(`burst-${from + i}`)));
      }
    },
    // It works itself off.
    end: () => Promise.resolve(),
  },
];
