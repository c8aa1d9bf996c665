import type { Outcome, Smoke } from './roll-out.ts';

/** What became of a release, and what to do, in a sentence or two. */
export function describeOutcome(name: string, outcome: Outcome): string {
  switch (outcome.kind) {
    case 'delivers':
      return `${name} is rolled out: an event that was sent arrived.`;
    case 'unreadable':
      return `Nothing was done, as nobody can say what of ${name} runs there: ${outcome.said}`;
    case 'not upgraded':
      return `${name} did not become ready, and Helm has put back what was there: ${outcome.said}`;
    case 'rolled back': {
      const blame =
        outcome.former === 'arrives'
          ? 'There an event arrives: the fault is in what was new.'
          : 'There no event arrives either: look at the target, its credentials, the queue and Redis first.';
      return `${reason(outcome.smoke)} ${name} is back at revision ${outcome.revision}. ${blame}`;
    }
    case 'removed':
      return `${reason(outcome.smoke)} There was no ${name} before, so it is removed; queues and secrets are as they were.`;
    case 'stuck':
      return (
        `${reason(outcome.smoke)} What was there before could not be put back (${outcome.said}): ` +
        `what runs there now does not deliver. Look at helm history ${name}, and roll back by hand.`
      );
    default:
      return outcome satisfies never;
  }
}

const reason = (smoke: Smoke): string =>
  smoke === 'unsent'
    ? 'No event was sent, as the chart has no test without a target: give targets in the values of the environment.'
    : 'An event that was sent did not arrive in time.';
