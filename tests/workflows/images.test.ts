import { describe, expect, it } from '@jest/globals';
import { play, type Answer } from './fake-programs.ts';

const hex = (digit: string) => digit.repeat(64);
const name = 'ghcr.io/owner/event-gateway-receiver';
const platform = (architecture: string, os = 'linux') => ({ platform: { os, architecture } });
const manifest = (digit: string, platforms: readonly object[] = [platform('amd64'), platform('arm64')]) =>
  JSON.stringify({ digest: `sha256:${hex(digit)}`, manifests: [...platforms, platform('unknown', 'unknown')] });
const inspects = (says: string, times = Infinity): Answer => ({
  to: /^docker buildx imagetools inspect \S+ --format \{\{json .Manifest\}\}$/,
  says,
  ...(times === Infinity ? {} : { times }),
});
const missing: Answer = { ...inspects('', 1), tells: `ERROR: ${name}:1.2.3: not found\n`, code: 1 };
const creates: Answer = { to: /^docker buildx imagetools create/ };

describe('an image of both processors', () => {
  const join = (files: Readonly<Record<string, string>>, answers: readonly Answer[]) =>
    play(['node', 'delivery/image.ts', 'join', name, '{folder}/digests', 'unsigned-1-1'], answers, {}, { files });
  const both = { [`digests/${hex('a')}`]: 'x', [`digests/${hex('b')}`]: 'x' };

  it('is joined of one of each, by digest', async () => {
    const { code, calls, outputs } = await join(both, [creates, inspects(manifest('c'))]);
    expect({ code, outputs }).toEqual({ code: 0, outputs: `digest=sha256:${hex('c')}\n` });
    expect(calls[0]).toBe(
      `docker buildx imagetools create --tag ${name}:unsigned-1-1 ${name}@sha256:${hex('a')} ${name}@sha256:${hex('b')}`,
    );
  });

  it('is none where one is missing, or two are for the same', async () => {
    const one = { [`digests/${hex('a')}`]: 'x' };
    expect(await join(one, [])).toMatchObject({ code: 1, calls: [], outputs: '' });
    expect(await join({ ...one, 'digests/--help': 'x' }, [])).toMatchObject({ code: 1, calls: [] });
    const twice = inspects(manifest('c', [platform('amd64'), platform('amd64')]));
    expect(await join(both, [creates, twice])).toMatchObject({
      code: 1,
      outputs: '',
      said: expect.stringContaining('is for linux/amd64, and not linux/amd64 and linux/arm64'),
    });
  });
});

describe('a tag of an image', () => {
  const tag = (answers: readonly Answer[], from = `${name}@sha256:${hex('c')}`) =>
    play(['node', 'delivery/image.ts', 'tag', from, 'elsewhere.example/event-gateway-receiver:1.2.3'], answers);

  it('is given to what was signed, bit for bit, in another registry as well', async () => {
    const { code, calls, outputs } = await tag([missing, creates, inspects(manifest('c'))]);
    expect({ code, outputs }).toEqual({ code: 0, outputs: `digest=sha256:${hex('c')}\n` });
    expect(calls[1]).toBe(
      `docker buildx imagetools create --tag elsewhere.example/event-gateway-receiver:1.2.3 ${name}@sha256:${hex('c')}`,
    );
  });

  it('is given once: the same again is done already, another is refused', async () => {
    expect(await tag([inspects(manifest('c'))])).toMatchObject({ code: 0, calls: { length: 1 } });
    const { code, said, calls } = await tag([inspects(manifest('d'))]);
    expect({ code, made: calls.filter((call) => call.includes('create')) }).toEqual({ code: 1, made: [] });
    expect(said).toContain('a tag is given once');
  });

  it('that became something else is told', async () => {
    const { code, said } = await tag([missing, creates, inspects(manifest('d'))]);
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining(`became sha256:${hex('d')}`) });
  });

  it('is not given where the registry cannot be read, or no digest is named', async () => {
    const denied = { ...inspects(''), tells: 'ERROR: 500 Internal Server Error\n', code: 1 };
    for (const answer of [denied, inspects('{"digest":"sha256:1"}'), inspects('nonsense')])
      expect(await tag([answer])).toMatchObject({ code: 1, calls: { length: 1 }, outputs: '' });
    expect(await tag([], `${name}:latest`)).toMatchObject({ code: 1, calls: [] });
  });
});

describe('the chart', () => {
  const file = { 'event-gateway-1.2.3.tgz': 'ours' };
  const told = `Pushed: ghcr.io/owner/charts/event-gateway:1.2.3\nDigest: sha256:${hex('e')}\n`;
  const publish = (answers: readonly Answer[]) =>
    play(
      ['node', 'delivery/publish-chart.ts', '{folder}/event-gateway-1.2.3.tgz', 'oci://ghcr.io/owner/charts'],
      answers,
      {},
      { files: file },
    );
  const pulls = (text: string): Answer => ({
    to: /^helm pull oci:\/\/ghcr.io\/owner\/charts\/event-gateway --version 1.2.3 --destination \S+$/,
    tells: told,
    writes: { after: '--destination', name: 'event-gateway-1.2.3.tgz', text },
  });
  const absent = { to: /^helm pull/, tells: 'Error: ghcr.io/owner/charts/event-gateway:1.2.3: not found\n', code: 1 };

  it('is pushed, and its digest told', async () => {
    const { code, calls, outputs } = await publish([absent, { to: /^helm push/, tells: told }]);
    expect({ code, outputs }).toEqual({ code: 0, outputs: `digest=sha256:${hex('e')}\n` });
    expect(calls[1]).toBe('helm push {folder}/event-gateway-1.2.3.tgz oci://ghcr.io/owner/charts');
  });

  it('is released once: the same again is done already, another is refused', async () => {
    expect(await publish([pulls('ours')])).toMatchObject({ code: 0, outputs: `digest=sha256:${hex('e')}\n` });
    expect(await publish([pulls('another')])).toMatchObject({
      code: 1,
      outputs: '',
      said: expect.stringContaining('a version is released once'),
    });
  });

  it('is not pushed where nobody can say what is there, and not done without a digest', async () => {
    const down = { ...absent, tells: 'Error: dial tcp: i/o timeout\n' };
    expect(await publish([down])).toMatchObject({ code: 1, calls: { length: 1 } });
    const silent = { to: /^helm push/, tells: 'Pushed\nDigest: sha256:short\n' };
    expect(await publish([absent, silent])).toMatchObject({ code: 1, outputs: '' });
  });
});
