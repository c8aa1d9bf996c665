import type { LoadPlan } from './plan.ts';

const idLength = 16;

export interface Requests {
  /** The bytes of a request. A connection has one of its own, as the kernel may still read the last one's. */
  readonly copy: () => Buffer;
  /** Puts the next id into it. */
  readonly renew: (request: Buffer) => Buffer;
}

/** `run`: unlike that of any other load, 8 letters or digits. */
export function createRequests({ path, headers, body, port }: LoadPlan, run: string): Requests {
  const [before = '', after] = body.split('{id}');
  if (after === undefined) throw new Error('The body of a load has no {id}: write one where the id of an event stands');
  const text = `${before}${run.padStart(idLength, '0')}${after}`;
  const fields = { host: `127.0.0.1:${port}`, ...headers, 'content-length': String(Buffer.byteLength(text)) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
  const whole = Buffer.from(head + text);
  const idAt = Buffer.byteLength(head + before);
  whole.write(run, idAt, 'latin1');
  const counterAt = idAt + run.length;
  const digits = idLength - run.length;
  let count = 0;
  return {
    copy: () => Buffer.from(whole),
    renew(request) {
      let left = ++count;
      for (let at = counterAt + digits - 1; at >= counterAt; at--) {
        request[at] = 48 + (left % 10);
        left = Math.floor(left / 10);
      }
      return request;
    },
  };
}
