import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { createKeyCheck, parseKeyFile } from '../../apps/shared/keys.ts';
import { targetConfig } from '../receiver/harness.ts';

const run = promisify(execFile);

describe('egw keys', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'egw-test-'));
    file = join(folder, 'keys.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const egw = async (args: readonly string[], env: Record<string, string> = {}) => {
    try {
      const { stdout, stderr } = await run(process.execPath, ['apps/cli/main.ts', 'keys', ...args], { env });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  };
  const keysOf = async () => parseKeyFile(await readFile(file, 'utf8'));
  const make = async (...args: string[]) => {
    const { code, stdout } = await egw(['new', '--file', file, ...args]);
    expect(code).toBe(0);
    return stdout.trim();
  };

  it('new prints a key that opens what it was made for, and keeps its hash alone', async () => {
    const key = await make('--name', 'orders', '--types', 'order.*,customer.*', '--targets', 'crm', '--expires', '90d');
    const [record, ...more] = await keysOf();
    expect(more).toEqual([]);
    expect(record).toMatchObject({ name: 'orders', types: ['order.*', 'customer.*'], targets: ['crm'] });
    const leftMs = Date.parse(record?.expires ?? '') - Date.now();
    expect(Math.round(leftMs / 86_400_000)).toBe(90);
    const checked = createKeyCheck(await keysOf(), Date.now)(key);
    expect(checked).toMatchObject({ ok: true, name: 'orders', id: record?.id });
    expect(await readFile(file, 'utf8')).not.toContain(key.slice(17, 60));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('new adds a second key of a name, list shows both, revoke takes the first out', async () => {
    const [first, second] = [await make('--name', 'orders'), await make('--name', 'orders')];
    const [old] = await keysOf();
    const listed = await egw(['list', '--file', file]);
    expect(listed.stdout.split('\n')[0]).toBe(`${old?.id ?? ''}  orders  types all  targets all  never expires`);
    expect(listed.stdout).not.toContain(old?.sha256);
    expect(await egw(['revoke', old?.id ?? '', '--file', file])).toMatchObject({ code: 0 });
    const check = createKeyCheck(await keysOf(), Date.now);
    expect(check(first)).toEqual({ ok: false, fault: 'unknown' });
    expect(check(second)).toMatchObject({ ok: true });
  });

  it('says it all in JSON', async () => {
    const made = await egw(['new', '--name', 'orders', '--file', file, '--json']);
    const { key, id } = JSON.parse(made.stdout) as { key: string; id: string };
    expect(key).toMatch(/^egw_/);
    const listed = await egw(['list', '--file', file, '--json']);
    expect(JSON.parse(listed.stdout)).toEqual({ id, name: 'orders', types: null, targets: null, expires: null });
  });

  it('finds the file by the configuration', async () => {
    const targets = { crm: targetConfig(['*'], 'https://sqs.example/1/events') };
    await writeFile(join(folder, 'gateway.yaml'), stringify({ auth: { apiKeys: { file: 'keys.json' } }, targets }));
    const made = await egw(['new', '--name', 'orders'], { EGW_CONFIG: join(folder, 'gateway.yaml') });
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining(file) });
    expect(await keysOf()).toHaveLength(1);
  });

  it('revokes neither the last key nor one that is not there, and leaves the file as it was', async () => {
    await make('--name', 'orders');
    const before = await readFile(file, 'utf8');
    const [{ id } = { id: '' }] = await keysOf();
    expect(await egw(['revoke', id, '--file', file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is the only key'),
    });
    expect(await egw(['revoke', '000000000000', '--file', file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('holds no key'),
    });
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('leaves a file alone that is none of its own, or that another egw writes', async () => {
    await writeFile(file, '{"other": true}');
    expect(await egw(['new', '--name', 'orders', '--file', file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not of the form'),
    });
    expect(await readFile(file, 'utf8')).toBe('{"other": true}');
    await rm(file);
    await writeFile(`${file}.new`, '');
    expect(await egw(['new', '--name', 'orders', '--file', file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('another egw writes'),
    });
  });

  it.each([
    [[], 'there are new, list and revoke'],
    [['make'], 'There is no command keys make'],
    [['new'], 'keys new --name NAME'],
    [['new', '--name', 'a b', '--file', 'x'], '--name a b is no name'],
    [['new', '--name', 'a', '--expires', 'soon', '--file', 'x'], '--expires soon is no duration'],
    [['new', '--name', 'a', '--expires', '1m', '--file', 'x'], 'must be from 1h'],
    [['new', '--name', 'a', '--types', '', '--file', 'x'], '--types'],
    [['new', '--name', 'a'], 'Name the file of the keys'],
    [['revoke', '--file', 'x'], 'keys revoke ID'],
    [['list', 'more', '--file', 'x'], 'one argument too many'],
  ])('%j is misused', async (args, fault) => {
    const { code, stderr } = await egw(args);
    expect(code).toBe(2);
    expect(stderr).toContain(fault);
  });

  it('list says what to do where there is no file', async () => {
    expect(await egw(['list', '--file', file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('make a first key'),
    });
  });
});
