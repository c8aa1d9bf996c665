import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { stackOf } from '../../apps/shared/log.ts';

/** What a process of its own writes that makes a log and then does something. */
async function written(then: string, level = 'info'): Promise<readonly string[]> {
  const script = `import { createLog, word } from './apps/shared/log.ts';
    const log = createLog('tests', '${level}', process);
    ${then}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]).catch(
    (error: unknown) => error as { stdout: string },
  );
  return stdout.split('\n').filter((line) => line !== '');
}

describe('a line', () => {
  it('holds its level, its time, the app, all fields that are there, and what happened', async () => {
    const [line = '', bare = ''] = await written(
      `log.warn({ event_id: 'ö"1', targets: ['crm'], trace_id: undefined, ms: 0.5 }, 'it "happened"'); log.info({}, 'x');`,
    );
    const { time, ...rest } = JSON.parse(line) as { readonly time: string };
    expect(rest).toEqual({
      level: 'warn',
      app: 'tests',
      event_id: 'ö"1',
      targets: ['crm'],
      ms: 0.5,
      msg: 'it "happened"',
    });
    expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000);
    expect(Object.keys(JSON.parse(bare) as object)).toEqual(['level', 'time', 'app', 'msg']);
  });

  it('begins with what was put into words before', async () => {
    const lines = await written(
      `const first = word({ event_id: 'ö"1', type: undefined }); const none = word({});
       log.info({ ms: 0.5 }, 'x', first); log.info({}, 'x', first); log.info({ ms: 0.5 }, 'x', none); log.info({}, 'x', none);`,
    );
    const told = lines.map((line) => Object.entries(JSON.parse(line) as object).slice(3, -1));
    const [first, ms] = [
      ['event_id', 'ö"1'],
      ['ms', 0.5],
    ];
    expect(told).toEqual([[first, ms], [first], [ms], []]);
  });

  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['silent', []],
  ])('at %s tells what is that grave, or graver', async (level, told) => {
    const lines = await written(`for (const at of ['debug', 'info', 'warn', 'error']) log[at]({}, 'x');`, level);
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(told);
  });
});

it('tells of an error where it comes from, and nothing that it says', () => {
  const stack = stackOf(new TypeError('the payload was 4711\nand more\n    at 4711')) ?? '';
  expect(stack).toContain('log.test.ts');
  expect(stack).not.toMatch(/4711|and more/);
  expect(stackOf('4711')).toBeUndefined();
  // As V8 writes it; the tests' own runner puts a colon there.
  const silent = Object.assign(new RangeError(), { stack: 'RangeError\n    at here (file:///a.ts:1:1)' });
  expect(stackOf(silent)).toBe('    at here (file:///a.ts:1:1)');
  expect(stackOf(Object.assign(new Error('nowhere'), { stack: '' }))).toBeUndefined();
});

it.each(['no word of it', '', 'the payload was', 'and more'])(
  'tells no stack of an error whose message became %j, as the old one still stands in it',
  (message) => {
    const error = new TypeError('the payload was: and more\n    at 4711');
    expect(error.stack).toContain('4711');
    error.message = message;
    expect(stackOf(error)).toBeUndefined();
  },
);

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
