import { describe, expect, it } from '@jest/globals';
import { classify, type ClassifyOptions, type Outcome } from '../../apps/dispatcher/classify.ts';
import { readBody } from '../../apps/dispatcher/dispatch.ts';
import { open } from './corpus/all.ts';
import { heldOut } from './corpus/held-out/all.ts';
import { answeredMs, type LabelledAnswer } from './corpus/labelled-answer.ts';

type Judged = LabelledAnswer & { readonly group: string; readonly outcome: Outcome };

const options = { careful: false, now: () => answeredMs };

function judge(corpus: typeof open, more: Omit<ClassifyOptions, 'field'> = options): readonly Judged[] {
  return Object.entries(corpus).flatMap(([group, answers]) =>
    answers.map((labelled) => {
      const { status, body: text, field } = labelled;
      const answer = { status, headers: new Headers(labelled.headers), text };
      const body = readBody(text);
      const seen =
        body === undefined
          ? ({ kind: 'unreadable', ...answer } as const)
          : ({ kind: 'graphql', ...answer, body } as const);
      return { ...labelled, group, outcome: classify(seen, { ...more, field }) };
    }),
  );
}

/** How often each label was judged as what, and what was misjudged. */
function confusion(judged: readonly Judged[]): string {
  const kinds = [...new Set(judged.flatMap(({ expected, outcome }) => [expected, outcome.kind]))];
  const cell = (text: string | number) => String(text).padStart(13);
  const rows = kinds.map((label) => {
    const count = (kind: string) =>
      judged.filter((each) => each.expected === label && each.outcome.kind === kind).length;
    return [cell(label), ...kinds.map((kind) => cell(count(kind)))].join('');
  });
  const wrong = judged
    .filter(({ expected, outcome }) => expected !== outcome.kind)
    .map(
      ({ group, status, source, expected, outcome }) =>
        `${group}, ${status}, is ${expected} but judged ${JSON.stringify(outcome)}: ${source}`,
    );
  return ['label, judged as →'.padStart(13), [cell(''), ...kinds.map(cell)].join(''), ...rows, ...wrong].join('\n');
}

function expectRight(judged: readonly Judged[], share: number): void {
  const right = judged.filter(({ expected, outcome }) => expected === outcome.kind).length;
  if (right < share * judged.length) throw new Error(`${right} of ${judged.length} are right\n${confusion(judged)}`);
}

const inOpen = judge(open);
const inHeldOut = judge(heldOut);
const all = [...inOpen, ...inHeldOut];

describe('the corpus of answers', () => {
  it('has at least 200, about a third of them held out, each once and with its source', () => {
    expect(all.length).toBeGreaterThanOrEqual(200);
    expect(inHeldOut.length / all.length).toBeGreaterThan(0.3);
    expect(all.filter(({ source }) => source.length < 10)).toEqual([]);
    const answers = all.map(({ status, headers, body, field }) => JSON.stringify([status, headers, body, field]));
    expect(answers.filter((answer, at) => answers.indexOf(answer) !== at)).toEqual([]);
  });

  it('says of each throttle, and of nothing else, what it says about waiting', () => {
    expect(all.filter(({ expected, waitMs }) => (expected === 'throttled') !== (waitMs !== undefined))).toEqual([]);
  });

  it('is judged right where the rules were made by it', () => expectRight(inOpen, 1));

  it('is judged right where it was held out', () => expectRight(inHeldOut, 0.99));

  it('has no throttle that is taken for a success', () => {
    const lost = all.filter(({ expected, outcome }) => expected === 'throttled' && outcome.kind === 'delivered');
    expect(lost.map(({ source }) => source)).toEqual([]);
  });

  it('has each throttle waited for as it asks, and 5 s where it does not ask', () => {
    const waits = all.flatMap(({ source, outcome, waitMs }) =>
      waitMs === undefined || outcome.kind !== 'throttled'
        ? []
        : [{ source, asked: waitMs ?? 5_000, waits: outcome.waitMs }],
    );
    expect(waits.filter((each) => each.asked !== each.waits)).toEqual([]);
  });

  it('is judged the same where a mutation that may have run matters, save failures, which are in doubt', () => {
    const changed = judge(open, { ...options, careful: true }).filter(
      ({ expected, outcome }) =>
        outcome.kind !== expected &&
        !(outcome.kind === 'in_doubt' && (expected === 'failed' || expected === 'unavailable')),
    );
    expect(changed.map(({ source, outcome }) => ({ source, outcome }))).toEqual([]);
  });

  it('is quoted by codes alone', () => {
    const reasons = all.flatMap(({ outcome }) => ('reason' in outcome ? [outcome.reason] : []));
    expect(reasons.filter((reason) => !/^[\w.: -]{1,64}$/.test(reason))).toEqual([]);
    expect(JSON.stringify(all.map(({ outcome }) => outcome))).not.toContain('hunter2');
  });
});
