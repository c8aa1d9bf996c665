import { describe, expect, it } from '@jest/globals';
import { createReconcile } from '../../apps/dispatcher/reconcile.ts';
import { readBody, type Answer } from '../../apps/dispatcher/dispatch.ts';
import { event } from './held.ts';

const query = 'query Find($key: ID!, $id: ID!) { orders(key: $key, id: $id) { id total } }';
const answer = (text: string): Exclude<Answer, { kind: 'late' }> => {
  const body = readBody(text);
  const whole = { status: 200, headers: new Headers(), text };
  return body === undefined ? { kind: 'unreadable', ...whole } : { kind: 'graphql', ...whole, body };
};

describe('asking for a call in doubt', () => {
  it('names the event by the variables that the query takes', () => {
    const made = createReconcile({ query });
    expect(JSON.parse(made.variablesFor(event({ id: 'a "quoted" id' }), 'the-key'))).toEqual({
      key: 'the-key',
      id: 'a "quoted" id',
    });
    expect(made.operation).toMatchObject({ name: 'Find', field: 'orders' });
  });

  it.each([
    ['{"data":{"orders":{"id":"1"}}}', 'found'],
    ['{"data":{"orders":[{"id":"1"}]}}', 'found'],
    ['{"data":{"orders":0}}', 'found'],
    ['{"data":{"orders":null}}', 'missing'],
    ['{"data":{"orders":[]}}', 'missing'],
    ['{"data":{"orders":false}}', 'missing'],
    ['{"data":{"orders":null},"errors":[{"message":"timeout"}]}', undefined],
    ['{"data":{}}', undefined],
    ['{"data":null}', undefined],
    ['<html>One moment</html>', undefined],
  ])('reads %s as %s', async (text, says) => {
    expect(await createReconcile({ query }).read(answer(text))).toBe(says);
  });

  it.each([
    ['orders.total = 3', '{"data":{"orders":{"total":3}}}', 'found'],
    ['orders.total = 3', '{"data":{"orders":null}}', 'missing'],
    ['$count(orders[total > 1]) > 0', '{"data":{"orders":[{"total":2}]}}', 'found'],
    ['$error("hunter2")', '{"data":{"orders":{"total":3}}}', undefined],
  ])('reads by %s', async (found, text, says) => {
    expect(await createReconcile({ query, found }).read(answer(text))).toBe(says);
  });

  it('knows nothing of a call that was not answered', async () => {
    expect(await createReconcile({ query }).read({ kind: 'none', why: 'reset' })).toBeUndefined();
  });

  it.each([
    [{ query: 'mutation M($key: ID!) { a(key: $key) { id } }' }, 'must hold exactly one operation, a query'],
    [{ query: 'query Q($key: ID!) { a(key: $key) { id } b }' }, 'must select exactly one field'],
    [{ query: '{ a { id } }' }, 'must take one or more of the variables $key, $id, $type and $source, and no other'],
    [{ query: 'query Q($secret: ID!) { a(x: $secret) { id } }' }, 'must take one or more of the variables'],
    [{ query, found: 'orders..' }, 'is not JSONata'],
  ])('refuses %j', (settings, sentence) => {
    expect(() => createReconcile(settings)).toThrow(sentence);
  });
});
