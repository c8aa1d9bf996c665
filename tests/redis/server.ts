import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

export interface Server {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** A `redis-server` of the test's own. `optionsOf` gets the port that is to be listened on. */
export async function startServer(optionsOf: (port: string) => readonly string[]): Promise<Server> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const options = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...optionsOf(String(port))];
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code ?? 'a signal'}`)));
    createInterface(child.stdout).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve();
    });
  });
  return {
    port,
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
