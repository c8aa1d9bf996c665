import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

/** What a process of its own writes that makes a log and then does something. */
async function written(then: string): Promise<readonly string[]> {
  const script = `import { createLog } from './apps/shared/log.ts';
    const log = createLog('tests', 'info', process);
    ${then}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]).catch(
    (error: unknown) => error as { stdout: string },
  );
  return stdout.split('\n').filter((line) => line !== '');
}

describe('lines that are written together', () => {
  it.each([
    ['it has nothing more to do', ''],
    ['it exits', 'process.exit(1);'],
    ['it breaks', "throw new Error('broken');"],
  ])('are written when %s', async (_when, end) => {
    const lines = await written(`for (let i = 0; i < 100; i++) log.info({ i }, 'line'); ${end}`);
    expect(lines.map((line) => (JSON.parse(line) as { i: number }).i)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
  });

  it('are written soon while it goes on', async () => {
    const script = `log.info({}, 'first'); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500);`;
    expect(await written(script)).toHaveLength(1);
  });
});
