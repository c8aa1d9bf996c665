import { readFileSync } from 'node:fs';
import { createRedis } from '../shared/redis.ts';
import { describeFaults } from '../shared/config.ts';
import { readCommand, usage } from './command.ts';
import { openLimit } from './limit-open.ts';

const result = readCommand(process.argv.slice(2), process.env, (path) => readFileSync(path, 'utf8'));
switch (result.kind) {
  case 'help':
    process.stdout.write(usage);
    break;
  case 'misused':
    process.stderr.write(`${result.fault}\n\n${usage}`);
    process.exitCode = 2;
    break;
  case 'faults':
    process.stderr.write(`${describeFaults('The configuration', result.faults)}\n`);
    process.exitCode = 1;
    break;
  case 'limit open': {
    const { ok, told } = await openLimit(result, createRedis);
    process[ok ? 'stdout' : 'stderr'].write(`${told}\n`);
    process.exitCode = ok ? 0 : 1;
    break;
  }
  default:
    result satisfies never;
}
