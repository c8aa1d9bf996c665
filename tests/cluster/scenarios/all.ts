import type { Scenario } from '../scenario.ts';
import { accepted } from './accepted.ts';
import { burst } from './burst.ts';
import { drain } from './drain.ts';
import { install } from './install.ts';
import { killed } from './killed.ts';
import { newLimit } from './new-limit.ts';
import { outOfMemory } from './out-of-memory.ts';
import { queueCut, queueFrozen } from './queue-gone.ts';
import { redisGone } from './redis-gone.ts';
import { rollout } from './rollout.ts';
import { scaleIn } from './scale-in.ts';
import { twoTargets } from './two-targets.ts';
import { uninstall } from './uninstall.ts';
import { wavesOfEvents } from './waves.ts';
import { wrongValues } from './wrong-values.ts';
import { young } from './young.ts';

export const scenarios: readonly Scenario[] = [
  accepted,
  install,
  burst,
  wavesOfEvents,
  young,
  scaleIn,
  rollout,
  drain,
  killed,
  outOfMemory,
  redisGone,
  queueFrozen,
  queueCut,
  twoTargets,
  newLimit,
  wrongValues,
  uninstall,
];
