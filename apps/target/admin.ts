import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { nameError, stackOf, type Log } from '../shared/log.ts';
import { write, type Answer } from './answer.ts';
import { parseJson, readBody } from './body.ts';
import type { Clock } from './clock.ts';
import { faultsSchema } from './faults.ts';
import { limitSchema } from './limit.ts';
import { changeLimit, reset, type State } from './state.ts';

export interface AdminOptions {
  state: State;
  clock: Clock;
  log: Log;
}

/** Several pages of a few hundred bytes an entry stay far below what a client minds reading at once. */
const maxPage = 10_000;

const count = z
  .string()
  .regex(/^\d{1,15}$/, 'is not a whole number')
  .transform(Number);
const pageSchema = z.strictObject({
  after: count.default(0),
  limit: count.pipe(z.number().min(1).max(maxPage)).default(1_000),
});

function jsonAnswer(status: number, value: unknown, headers = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** RFC 9457. */
function problem(status: number, detail: string, more: object = {}, headers = {}): Answer {
  return jsonAnswer(status, { status, detail, ...more }, { 'content-type': 'application/problem+json', ...headers });
}

const tellingInput = { reportInput: true };

/** Enough to recognise a value by. */
const maxSeenChars = 60;

function seen(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length > maxSeenChars ? `${text.slice(0, maxSeenChars)}…` : text;
}

/** RFC 6901. */
const pointer = (path: PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function malformed(what: string, { issues }: z.ZodError): Answer {
  const errors = issues.map(({ path, message, input }) => ({
    path: pointer(path),
    message: `${message} (it is ${seen(input)})`,
  }));
  const list = errors.map(({ path, message }) => `${path || '/'}: ${message}`).join('; ');
  return problem(400, `${what}: ${list}`, { errors });
}

/** `body` is undefined where none was sent. */
type Route = (request: { query: URLSearchParams; body: unknown }) => Answer;

function routes({ state, clock, log }: AdminOptions): Record<string, Record<string, Route>> {
  const paged =
    (page: (after: number, limit: number) => unknown[]): Route =>
    ({ query }) => {
      const asked = pageSchema.safeParse(Object.fromEntries(query), tellingInput);
      if (!asked.success) return malformed('No such page', asked.error);
      return jsonAnswer(200, page(asked.data.after, asked.data.limit));
    };

  return {
    '/summary': {
      GET() {
        const { calls, violations, ...measured } = state.calls.measured(clock.monotonicMs());
        const { count: effects, duplicates } = state.effects;
        return jsonAnswer(200, { calls, effects, duplicates, violations, ...measured });
      },
    },
    '/calls': { GET: paged((after, limit) => state.calls.page(after, limit)) },
    '/effects': { GET: paged((after, limit) => state.effects.page(after, limit)) },
    '/faults': {
      GET: () => jsonAnswer(200, state.faults.list()),
      POST({ body }) {
        const faults = faultsSchema.safeParse(body, tellingInput);
        if (!faults.success) return malformed('No fault was taken', faults.error);
        const added = state.faults.add(faults.data);
        if (added.kind === 'full')
          return problem(400, `${added.standing} faults stand of at most ${added.max}; DELETE /faults, or send fewer.`);
        log.info({ faults: faults.data.map(({ fault }) => fault) }, 'faults added');
        return jsonAnswer(201, state.faults.list());
      },
      DELETE() {
        state.faults.clear();
        return jsonAnswer(200, []);
      },
    },
    '/limit': {
      PUT({ body }) {
        const limit = limitSchema.safeParse(body, tellingInput);
        if (!limit.success) return malformed('The limit stays as it is', limit.error);
        changeLimit(state, limit.data);
        log.info({ ...limit.data }, 'limit changed');
        return jsonAnswer(200, limit.data);
      },
    },
    '/reset': {
      POST() {
        reset(state);
        return jsonAnswer(200, {});
      },
    },
  };
}

/** Serves the admin port: what was measured, and what shall go wrong. */
export function createAdminServer(options: AdminOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const table = new Map(
    Object.entries(routes(options)).map(([path, methods]) => [path, new Map(Object.entries(methods))]),
  );

  async function serve(request: IncomingMessage): Promise<Answer | undefined> {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const methods = table.get(path);
    if (!methods) return problem(404, `Nothing is at ${path}; there are ${[...table.keys()].join(', ')}.`);
    const route = methods.get(request.method ?? '');
    const allow = [...methods.keys()].join(', ');
    if (!route) return problem(405, `${path} does not know ${request.method ?? ''}; use ${allow}.`, {}, { allow });
    const body = await readBody(request);
    if (body.kind === 'left') return undefined;
    if (body.kind === 'faulty') return problem(body.status, body.message);
    const parsed = body.text === '' ? ({ kind: 'json', value: undefined } as const) : parseJson(body.text);
    if (parsed.kind === 'faulty') return problem(parsed.status, parsed.message);
    return route({ query: new URLSearchParams(query), body: parsed.value });
  }

  return (request, response) => {
    serve(request).then(
      (answer) => answer && write(response, answer),
      (error: unknown) => {
        options.log.error(
          { error: nameError(error), stack: stackOf(error) },
          'an admin request failed inside the target',
        );
        response.destroy();
      },
    );
  };
}
