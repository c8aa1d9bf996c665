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
  const patterns = [...targets].map(([name, match]) => ({ name, patterns: match.map(toPattern) }));
  return (event) => {
    const takers = patterns.filter((target) => target.patterns.some((pattern) => pattern.test(event.type)));
    if (takers.length === 0) {
      return refused('no_route', 'No target takes events of this type: see match in the configuration', {
        eventId: event.id,
      });
    }
    return { ok: true, event, targets: takers.map(({ name }) => name) };
  };
}

function toPattern(glob: string): RegExp {
  const parts = glob.split(/\*+/).map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
