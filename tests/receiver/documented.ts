import { expect } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { refusals, type RefusalCode } from '../../apps/receiver/refuse.ts';
import type { Answer } from './harness.ts';

export type Documented = ReturnType<typeof createDocumented>;

/** Holds answers against the OpenAPI document that the receiver serves, and notes their codes in `seen`. */
export function createDocumented(document: Record<string, unknown>, seen = new Set<string>()) {
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  ajv.addSchema(document, 'openapi');

  function documented(answer: Pick<Answer, 'status' | 'body'>, path = '/events'): void {
    const type = answer.status < 300 ? 'application~1json' : 'application~1problem+json';
    // Of another path or method: no operation declares them by their status.
    const status = answer.status === 404 || answer.status === 405 ? 'default' : answer.status;
    const pointer = `/paths/${path.replaceAll('/', '~1')}/post/responses/${status}/content/${type}/schema`;
    const validate = ajv.compile({ $ref: `openapi#${pointer}` });
    validate(answer.body);
    expect(validate.errors).toBeNull();
    const { code } = answer.body as { code?: string };
    if (code !== undefined) seen.add(code);
  }

  /** Must be refused so, in the form of RFC 9457. */
  function refusedAs(answer: Answer, code: RefusalCode, path = '/events'): void {
    documented(answer, path);
    expect(answer).toMatchObject({ status: refusals[code].status, body: { code, title: refusals[code].title } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.has('retry-after')).toBe(refusals[code].retry);
  }

  return { documented, refusedAs };
}
