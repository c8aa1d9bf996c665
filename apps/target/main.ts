import { createLog } from '../shared/log.ts';
import { systemClock } from './clock.ts';
import { readConfig, type Config } from './config.ts';
import { createTarget } from './target.ts';

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

/** What a person can do about a port that cannot be had. */
function unlistenable(error: unknown, host: string): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  const where = `${host}:${port ?? '?'}`;
  if (code === 'EADDRINUSE')
    return `Cannot listen on ${where}: something else does. Set PORT and ADMIN_PORT to free ports, or to 0 for any.`;
  if (code === 'EACCES') return `Cannot listen on ${where}: not permitted. Set PORT and ADMIN_PORT above 1023.`;
  return `Cannot listen on ${host}: ${message}. Set HOST to a name or address of this machine.`;
}

async function start(config: Config): Promise<void> {
  const log = createLog('target', config.logLevel);
  const target = createTarget({ ...config, clock: systemClock, log });
  try {
    const { port, adminPort } = await target.listen();
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => void target.close().then(() => log.info({ signal }, 'closed')));
    // At every log level: a parent process learns the ports from this line.
    createLog('target', 'info').info({ port, admin_port: adminPort }, 'listening');
  } catch (error) {
    fail(unlistenable(error, config.host));
  }
}

const result = readConfig(process.env);
if (result.kind === 'config') await start(result.config);
else fail(['The target cannot start:', ...result.faults.map((fault) => `  ${fault}`)].join('\n'));
