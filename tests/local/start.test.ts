import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';

function start(args: readonly string[], env: Record<string, string> = {}, nodeArgs: readonly string[] = []) {
  const child = spawn(process.execPath, [...nodeArgs, 'apps/local/start.js', ...args], {
    env: { PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const ended = Promise.all([text(child.stdout), text(child.stderr), closed]).then(([stdout, stderr]) => ({
    stdout,
    stderr,
    code: child.exitCode,
  }));
  return { child, ended };
}

describe('npm start', () => {
  it('takes a burst across and ends with one object', async () => {
    const { stdout, stderr, code } = await start(['--events', '10', '--json']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('accepted 10, delivered 10, lost 0') });
    const report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number>;
    expect(report).toMatchObject({ accepted: 10, delivered: 10, duplicates: 0, dead_lettered: 0, lost: 0, limit: 5 });
    expect(report['worst_second']).toBeLessThanOrEqual(5);
    expect(report['ack_p99_ms']).toBeGreaterThan(0);
    expect(report['first_delivery_ms']).toBeGreaterThan(0);
  }, 25_000);

  it('loses nothing when it is interrupted, and still sums up', async () => {
    const { child, ended } = start([]);
    const seen = new Promise<void>((resolve) => {
      let all = '';
      child.stdout.on('data', (chunk: Buffer) => {
        all += chunk.toString();
        if (all.includes('All of the burst is sent')) resolve();
      });
    });
    await seen;
    child.kill('SIGINT');
    const { stdout, code } = await ended;
    expect(stdout).toMatch(/accepted 500, delivered \d+, lost 0, duplicates 0, dead letters 0, still queued \d+/);
    expect(code).toBe(0);
  }, 45_000);

  it('names a busy port, and what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { stderr, code } = await start([], { PORT: String(port) }).ended;
    server.close();
    expect(stderr).toMatch(new RegExp(`^Port ${port} is in use: choose another one, as in PORT=\\d+ npm start\n$`));
    expect(code).toBe(1);
  });

  it('refuses an option that it does not know', async () => {
    const { stderr, code } = await start(['--fast']).ended;
    expect({ stderr, code }).toEqual({
      stderr: 'Unknown option --fast: there are --events N, --json, --observe and --help.\n',
      code: 1,
    });
  });

  it('tells whoever has an old Node what to do', async () => {
    const old = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.1.0"}})';
    const { stderr, code } = await start([], {}, ['--import', `data:text/javascript,${encodeURIComponent(old)}`]).ended;
    expect(stderr).toMatch(/^Node 20\.1\.0 cannot run this: run npm install .* or install Node 24 or later\.\n$/);
    expect(code).toBe(1);
  });
});
