import { createMatchAny } from '../shared/match.ts';
import { refused, type Refused } from './refuse.ts';
import type { Validated } from './validate.ts';

/** An event and the targets that take it. */
export interface Routed {
  readonly ok: true;
  readonly event: Validated;
  readonly targets: readonly string[];
}

export type Route = (event: Validated) => Routed | Refused;

/** `match` of each target by name: event types in which `*` stands for any text. */
export function createRoute(targets: ReadonlyMap<string, readonly string[]>): Route {
  const all = [...targets].map(([name, match]) => ({ name, takes: createMatchAny(match) }));
  return (event) => {
    const { type, sender, id: eventId } = event;
    // Before the targets: whoever may not send a type learns nothing of who takes it.
    if (!sender.scope.type(type)) {
      return refused('forbidden', 'This credential may not send events of this type: see its types', { eventId });
    }
    const takers = all.filter(({ takes }) => takes(type));
    if (takers.length === 0) {
      return refused('no_route', 'No target takes events of this type: see match in the configuration', { eventId });
    }
    const reached: string[] = [];
    for (const { name } of takers) if (sender.scope.target(name)) reached.push(name);
    if (reached.length === 0) {
      return refused('forbidden', 'No target that takes events of this type may be reached with this credential', {
        eventId,
      });
    }
    return { ok: true, event, targets: reached };
  };
}
