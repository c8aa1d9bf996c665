import type { RunScript } from '../shared/redis.ts';

/** Whether a reply is of the form that its script documents. */
type Fits = (reply: unknown) => boolean;

const isNumber: Fits = (value) =>
  typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' && /^-?\d{1,16}(\.\d+)?$/.test(value);
const isText: Fits = (value) => typeof value === 'string';

/** A list of just these. */
const listOf =
  (...items: readonly Fits[]): Fits =>
  (reply) =>
    Array.isArray(reply) && reply.length === items.length && items.every((fits, i) => fits(reply[i]));

const allOf =
  (fits: Fits): Fits =>
  (reply) =>
    Array.isArray(reply) && reply.every(fits);

/** A list that begins with one of these words, and goes on as it says. */
const oneOf =
  (forms: Readonly<Record<string, (rest: readonly unknown[]) => boolean>>): Fits =>
  (reply) => {
    const [kind, ...rest] = Array.isArray(reply) ? (reply as unknown[]) : [];
    return typeof kind === 'string' && Object.hasOwn(forms, kind) && forms[kind]?.(rest) === true;
  };

const nothing = listOf();
const numbers = allOf(isNumber);
const one = listOf(isNumber);
const two = listOf(isNumber, isNumber);

const claim = oneOf({
  claimed: two,
  doubt: two,
  held: one,
  waiting: one,
  burying: listOf(isText),
  done: nothing,
  dead: nothing,
  conflict: nothing,
});

/** What each script replies; in words it stands at the top of each. */
export const replies = {
  claim: allOf(claim),
  renew: numbers,
  permit: oneOf({
    slots: (rest) => rest.length > 0 && numbers(rest),
    full: two,
    paused: listOf(isNumber, isNumber, isText),
    open: two,
  }),
  complete: isNumber,
  release: oneOf({ waiting: two, exhausted: one, lost: nothing }),
  bury: isNumber,
  pause: isNumber,
  share: two,
  token: oneOf({ token: listOf(isText, isNumber), wait: one, ask: nothing }),
  probe: oneOf({ closed: nothing, ask: nothing, send: nothing, wait: one }),
} as const satisfies Readonly<Record<string, Fits>>;

/** What replies in another form is no Redis with our scripts: it is as good as gone, and must not end the pod. */
export function believing(script: RunScript, fits: Fits): RunScript {
  return async (keys, args) => {
    const result = await script(keys, args);
    return !result.ok || fits(result.reply) ? result : { ok: false, reason: 'a reply that no script gives' };
  };
}
