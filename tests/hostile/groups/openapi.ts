import fc from 'fast-check';
import { attack } from '../attack.ts';
import type { Group } from '../group.ts';
import type { Sent } from '../http.ts';
import { known, strikeWith } from '../strike.ts';
import { hostileText, hostileValue } from '../texts.ts';
import type { World } from '../world.ts';

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly maxItems?: number;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** A batch of few events is judged as one of many. */
const mostItems = 5;

/** Values of a schema, and at any place of it, now and then, one that is none. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const right = (): fc.Arbitrary<unknown> => {
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    const { type, properties = {}, required = [], items = {}, maxItems = mostItems } = schema;
    if (type === 'string') return fc.oneof(fc.string(), fc.constantFrom('/o', 'o.o', '2026-11-26T09:00:00Z'));
    if (type === 'integer') return fc.integer();
    if (type === 'array') return fc.array(valuesOf(items), { maxLength: Math.min(maxItems, mostItems) });
    if (type !== 'object') return hostileValue;
    const members = Object.entries(properties).map(([name, each]) => [name, valuesOf(each)] as const);
    return fc.record(Object.fromEntries(members), { requiredKeys: [...required] });
  };
  return fc.oneof({ weight: 12, arbitrary: right() }, { weight: 1, arbitrary: hostileValue });
}

/** Requests to one operation of the document: with all that it names, with some of it, and with what it does not name. */
function requestsOf(world: World, path: string, method: string, operation: Operation): fc.Arbitrary<Sent> {
  const named = (operation.parameters ?? []).filter((each) => each.in === 'header').map(({ name }) => name);
  const contents = Object.entries(operation.requestBody?.content ?? {});
  const body =
    contents.length === 0
      ? fc.constant({ type: '', text: undefined })
      : fc.oneof(
          ...contents.map(([type, { schema }]) =>
            valuesOf(schema).map((value) => ({ type, text: JSON.stringify(value) })),
          ),
        );
  const headerValue = hostileText.map((text) => encodeURIComponent(text.toWellFormed()).slice(0, 500));
  const parameters =
    named.length === 0 ? fc.constant([]) : fc.array(fc.tuple(fc.constantFrom(...named), headerValue), { maxLength: 4 });
  return fc
    .record({
      body,
      parameters,
      isKnown: fc.boolean(),
      name: fc.oneof(fc.constantFrom('github', 'stripe', 'none'), headerValue),
    })
    .map(({ body: { type, text }, parameters: some, isKnown, name }) => ({
      method: method.toUpperCase(),
      path: path.replace('{name}', name),
      headers: [
        ...(isKnown ? known(world) : []),
        ...(type === '' ? [] : [['content-type', type.replace('*/*', 'text/plain')] as const]),
        ...some,
      ],
      ...(text === undefined ? {} : { body: text }),
    }));
}

export const openApi: Group = {
  name: 'openapi',
  does: 'requests made from the receiver’s own /openapi.json, right and nearly right',
  inputs: { whole: 10_000, short: 400 },
  async play(world, plan) {
    const came = await world.sender.send({ method: 'GET', path: '/openapi.json', headers: [] });
    if (came.kind !== 'answer') throw new Error(`/openapi.json is ${came.kind}`);
    const { paths } = JSON.parse(came.text) as Document;
    const all = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => requestsOf(world, path, method, operation)),
    );
    return attack(fc.oneof(...all), strikeWith(world), plan);
  },
};
