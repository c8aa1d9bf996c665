import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { play } from './fake-programs.ts';

const hex = (digit: string) => digit.repeat(64);
const digests = { RECEIVER: `sha256:${hex('a')}`, DISPATCHER: `sha256:${hex('b')}` };
const github = {
  GITHUB_REPOSITORY: 'Owner/event-gateway',
  GITHUB_REPOSITORY_OWNER: 'Owner',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REF: 'refs/tags/v1.2.3',
  GITHUB_SHA: 'abc123',
};
const script = (name: string, ...args: readonly string[]) => [`.github/scripts/${name}.sh`, ...args];

describe('scripts of workflows', () => {
  it('end at the first fault, and say what they do', () => {
    const files = globSync('.github/scripts/*.sh');
    expect(files.length).toBeGreaterThan(10);
    const loose = files.filter((file) => {
      const text = readFileSync(file, 'utf8');
      return !/^#!\/usr\/bin\/env bash\n# [^\n]+\n(#[^\n]*\n)*set -euo pipefail\n/.test(text);
    });
    expect(loose).toEqual([]);
  });
});

describe('prove.sh', () => {
  const prove = (name: string, code: number) =>
    play(script('prove', name), [{ to: /^npm /, code }, { to: /^docker pull/ }], {}, { apart: true });

  it('gives a second chance to what is held to seconds, and to nothing else', async () => {
    const tries = async (name: string) => (await prove(name, 1)).calls.filter((call) => call.startsWith('npm')).length;
    expect(await Promise.all(['start', 'limit', 'observability'].map(tries))).toEqual([2, 2, 2]);
    expect(await Promise.all(['delivery', 'hostile', 'infrastructure'].map(tries))).toEqual([1, 1, 1]);
  });

  it('fails where the proof does, and where there is none of that name', async () => {
    expect(await prove('hostile', 1)).toMatchObject({ code: 1 });
    expect(await prove('limit', 0)).toMatchObject({
      code: 0,
      calls: ['npm run --silent conformance -- limit --short --json reports/limit.json'],
    });
    expect(await prove('everything', 0)).toMatchObject({ code: 2, calls: [] });
  });
});

describe('install-packages.sh', () => {
  const install = (line: string) =>
    play(
      ['.github/scripts/install-packages.sh'],
      [{ to: /^npm ci --ignore-scripts/ }, { to: /^npm exec --offline -c node --version$/, says: `${line}\n` }],
      { NODE_LINE: '24' },
      { apart: true, files: { 'node_modules/.bin/node': 'x' }, reads: ['node_modules/.bin/node'] },
    );

  it('leaves no other Node in the place of the one that is tested', async () => {
    const { code, look } = await install('v24.9.0');
    expect({ code, look }).toEqual({ code: 0, look: {} });
    expect(await install('v26.1.0')).toMatchObject({ code: 1, said: expect.stringContaining('and not 24') });
  });
});

describe('build-image.sh', () => {
  const build = (digest: string) =>
    play(
      script('build-image', 'receiver', 'linux/arm64', '{folder}/digests'),
      [
        { to: /^git log -1 --format=%ct$/, says: '1800000000\n' },
        { to: /^docker buildx create --driver docker-container --use$/ },
        {
          to: /^docker buildx build /,
          writes: { after: '--metadata-file', text: JSON.stringify({ 'containerimage.digest': digest }) },
        },
      ],
      { ...github, VERSION: '1.2.3' },
      { reads: [`digests/${hex('c')}`] },
    );

  it('pushes an image of one processor without a tag, with where it comes from, and hands its digest on', async () => {
    const { code, calls, look } = await build(`sha256:${hex('c')}`);
    expect(code).toBe(0);
    expect(look).toEqual({ [`digests/${hex('c')}`]: 'ghcr.io/owner/event-gateway-receiver linux/arm64\n' });
    for (const part of [
      '--file Dockerfile.receiver --target runtime --platform linux/arm64 --build-arg SOURCE_DATE_EPOCH=1800000000',
      '--label org.opencontainers.image.source=https://github.com/Owner/event-gateway',
      '--label org.opencontainers.image.revision=abc123 --label org.opencontainers.image.version=1.2.3',
      '--provenance mode=max',
      'type=image,name=ghcr.io/owner/event-gateway-receiver,push-by-digest=true,name-canonical=true,push=true',
    ])
      expect(calls.at(-1)).toContain(part);
  });

  it('fails where the builder tells no digest', async () => {
    const { code } = await build('../../elsewhere');
    expect(code).not.toBe(0);
  });
});

describe('verify-images.sh', () => {
  it('takes images that images.yml signed of this very ref, and no other', async () => {
    const all = await play(script('verify-images'), [{ to: /^cosign verify/ }], { ...github, ...digests });
    expect(all.code).toBe(0);
    expect(all.calls).toEqual(
      [`receiver@${digests.RECEIVER}`, `dispatcher@${digests.DISPATCHER}`].map(
        (image) =>
          'cosign verify --output text --certificate-identity ' +
          'https://github.com/Owner/event-gateway/.github/workflows/images.yml@refs/tags/v1.2.3 ' +
          `--certificate-oidc-issuer https://token.actions.githubusercontent.com ghcr.io/owner/event-gateway-${image}`,
      ),
    );
    const unsigned = [{ to: /dispatcher@/, tells: 'Error: no signatures found\n', code: 10 }, { to: /^cosign verify/ }];
    expect((await play(script('verify-images'), unsigned, { ...github, ...digests })).code).not.toBe(0);
  });
});

describe('copy-images.sh', () => {
  it('copies both by digest into the registry of the environment', async () => {
    const inspect = (app: string, digest: string) => [
      { to: new RegExp(`inspect \\S+-${app}:`), tells: 'ERROR: 1.2.3: not found\n', code: 1, times: 1 },
      { to: new RegExp(`inspect \\S+-${app}:`), says: JSON.stringify({ digest }) },
    ];
    const { code, calls } = await play(
      script('copy-images'),
      [
        { to: /^aws ecr get-login-password$/, says: 'password' },
        { to: /^docker login 1.dkr.ecr.example --username AWS --password-stdin$/ },
        ...inspect('receiver', digests.RECEIVER),
        ...inspect('dispatcher', digests.DISPATCHER),
        { to: /^docker buildx imagetools create/ },
      ],
      { ...github, ...digests, REGISTRY: '1.dkr.ecr.example/egw', TAG: '1.2.3' },
    );
    expect(code).toBe(0);
    expect(calls.filter((call) => call.includes('create'))).toEqual([
      `docker buildx imagetools create --tag 1.dkr.ecr.example/egw/event-gateway-receiver:1.2.3 ghcr.io/owner/event-gateway-receiver@${digests.RECEIVER}`,
      `docker buildx imagetools create --tag 1.dkr.ecr.example/egw/event-gateway-dispatcher:1.2.3 ghcr.io/owner/event-gateway-dispatcher@${digests.DISPATCHER}`,
    ]);
  });
});

describe('roll-out.sh', () => {
  const stage = { apart: true, files: { 'dist/chart/event-gateway-1.2.3.tgz': 'chart' } } as const;
  const env = { ...digests, REGISTRY: '1.dkr.ecr.example', CLUSTER_NAME: 'dev', AWS_REGION: 'eu-west-1' };
  const before = [
    { to: /^aws eks update-kubeconfig --name dev --region eu-west-1$/ },
    { to: /^npm run --silent infrastructure:values -- dev$/ },
    { to: /^helm history/, says: '[{"revision":7,"status":"deployed"}]' },
    {
      to: /^helm upgrade event-gateway dist\/chart\/event-gateway-1.2.3.tgz .*environments\/dev\/values.yaml .*environments\/dev\/infrastructure.yaml/,
    },
  ];

  it('brings the packaged chart, with the values of Terraform, and sees an event arrive', async () => {
    const tested = { to: /^helm test/, says: 'TEST SUITE:     event-gateway-test\nPhase:          Succeeded\n' };
    const { code, calls } = await play(script('roll-out', 'dev'), [...before, tested], env, stage);
    expect({ code, calls: calls.length }).toEqual({ code: 0, calls: 5 });
  });

  it('fails, and has put back what was there, where no event arrives', async () => {
    const lost = [{ to: /^helm test/, code: 1 }, { to: /^kubectl/ }, { to: /^helm rollback event-gateway 7 / }];
    const { code, calls } = await play(script('roll-out', 'dev'), [...before, ...lost], env, stage);
    expect({ code, back: calls.filter((call) => call.startsWith('helm rollback')).length }).toEqual({
      code: 1,
      back: 1,
    });
  });

  it('changes nothing on the cluster where the values cannot be made', async () => {
    const broken = [before[0], { to: /^npm run/, code: 1 }].flatMap((answer) => answer ?? []);
    const { code, calls } = await play(script('roll-out', 'dev'), broken, env, stage);
    expect(code).not.toBe(0);
    expect(calls.filter((call) => call.startsWith('helm'))).toEqual([]);
  });
});
