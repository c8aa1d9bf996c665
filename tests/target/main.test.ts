import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';

const main = fileURLToPath(import.meta.resolve('../../apps/target/main.ts'));
let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

/** Nothing of this process's environment but what Node needs. */
function start(env: Record<string, string>) {
  const { PATH = '' } = process.env;
  const started = spawn(process.execPath, [main], { env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  child = started;
  let stderr = '';
  started.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(started, 'close').then(([code, signal]) => ({
    code: code as number,
    signal: signal as string,
    stderr,
  }));
  const firstLine = once(createInterface(started.stdout), 'line').then(
    ([line]) => JSON.parse(line as string) as object,
  );
  return { started, ended, firstLine };
}

describe('the target as a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'tells its ports on stdout, serves, and ends with 0 on %s',
    async (signal) => {
      const { started, ended, firstLine } = start({
        PORT: '0',
        ADMIN_PORT: '0',
        LIMIT_CALLS: '7',
        LOG_LEVEL: 'silent',
      });
      const line = (await firstLine) as { port: number; admin_port: number };
      expect(line).toMatchObject({ msg: 'listening', port: expect.any(Number), admin_port: expect.any(Number) });
      const post = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ __typename }"}',
      };
      const answer = await fetch(`http://127.0.0.1:${line.port}/graphql`, post);
      expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
      const summary = await fetch(`http://127.0.0.1:${line.admin_port}/summary`);
      expect(await summary.json()).toMatchObject({ calls: 1, limit: 7, per_ms: 1_000 });
      started.kill(signal);
      expect(await ended).toEqual({ code: 0, signal: null, stderr: '' });
    },
  );

  it('tells every fault of its environment at once and ends with 1', async () => {
    const { ended } = start({
      PORT: 'x',
      ADMIN_PORT: '65536',
      LIMIT_CALLS: '0',
      LATENCY_MS: '',
      HOST: ' ',
      LOG_LEVEL: 'loud',
    });
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(7);
    for (const told of [
      'PORT is "x"',
      'ADMIN_PORT is "65536"',
      'LIMIT_CALLS is "0"',
      'LATENCY_MS is ""',
      'HOST',
      'LOG_LEVEL',
    ])
      expect(stderr).toContain(told);
  });

  it('tells of equal ports beside other faults', async () => {
    const { ended } = start({ PORT: '4001', LIMIT_PER_MS: '-1' });
    expect((await ended).stderr).toMatch(/LIMIT_PER_MS is "-1".*\n.*ADMIN_PORT is the same as PORT/);
  });

  it.each(['PORT', 'ADMIN_PORT'])('says in one sentence that %s is taken, and ends with 1', async (name) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { ended } = start({ PORT: '0', ADMIN_PORT: '0', [name]: String(port) });
    const { code, stderr } = await ended;
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^Cannot listen on 127\\.0\\.0\\.1:${port}: something else does\\. Set .*\\n$`));
  });
});
