import { onStage, type Stage } from '../stage.ts';
import { startTarget, type Target, type TargetOptions } from '../target/start.ts';

/** What stands around a program that brings events from a queue to a target: all of it new, so that no run is another's heir. */
export interface TripStage extends Stage {
  readonly target: Target;
}

/** The queue that is worked off. */
export const queueName = 'events';

export function onTripStage<T>(
  called: Pick<TargetOptions, 'latencyMs' | 'slow'>,
  ended: AbortSignal,
  play: (stage: TripStage) => Promise<T>,
): Promise<T> {
  return onStage(ended, async (stage) => {
    const { died, signal, onClose } = stage;
    const target = await startTarget({ ...called, died, signal });
    onClose(target.stop);
    return play({ ...stage, target });
  });
}
