import { accessSync, constants, existsSync, globSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { actionSteps, calledBy, files, jobs, workflows, type Job } from './workflow.ts';

const textOf = (file: string) => readFileSync(file, 'utf8');
const steps = [...jobs.flatMap((job) => job.steps), ...actionSteps];
const runs = steps.flatMap(({ run }) => run ?? []);
const usesOf = (job: Job, action: string) => job.steps.some(({ uses = '' }) => uses.startsWith(`${action}@`));
const assumesRole = (job: Job) => usesOf(job, 'aws-actions/configure-aws-credentials');
const isSigning = (job: Job) =>
  usesOf(job, 'actions/attest') || job.steps.some(({ run = '' }) => run.startsWith('cosign sign '));
const writes = ({ permissions = {} }: Job) =>
  Object.keys(permissions)
    .filter((name) => permissions[name] === 'write')
    .toSorted();

describe('workflows', () => {
  it('are those that docs/releasing.md tells of', () => {
    const told = [...textOf('docs/releasing.md').matchAll(/^\| \[`(\w+(?:-\w+)*\.yml)`\]/gm)].map(([, file]) => file);
    expect(told.toSorted()).toEqual(workflows.map(({ file }) => file).toSorted());
    expect(workflows.map(({ name }) => `${name}.yml`)).toEqual(workflows.map(({ file }) => file));
  });

  it('use actions by the digest of a commit, and the same one everywhere', () => {
    const lines = files.flatMap((file) =>
      [...textOf(file).matchAll(/^ *(?:- )?uses: (.*)$/gm)].map(([, line = '']) => line),
    );
    const foreign = lines.filter((line) => !line.startsWith('./'));
    expect(foreign.length).toBeGreaterThan(30);
    expect(foreign.filter((line) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
    const names = new Set(foreign.map((line) => line.split('@')[0]));
    expect(new Set(foreign).size).toBe(names.size);
    // Each is somebody who could change what we release.
    expect([...names].toSorted()).toEqual([
      'actions/attest',
      'actions/checkout',
      'actions/download-artifact',
      'actions/setup-node',
      'actions/upload-artifact',
      'aws-actions/configure-aws-credentials',
      'hashicorp/setup-terraform',
      'sigstore/cosign-installer',
    ]);
    const own = lines.filter((line) => line.startsWith('./'));
    expect(own.filter((line) => !existsSync(line) && !existsSync(`${line}/action.yml`))).toEqual([]);
  });

  it('are kept up to date by Renovate, digests and compiled tools too', () => {
    const renovate = JSON.parse(textOf('renovate.json')) as {
      extends: string[];
      customManagers: { matchStrings: string[] }[];
    };
    expect(renovate.extends).toContain('helpers:pinGitHubActionDigests');
    const [pattern = ''] = renovate.customManagers[0]?.matchStrings ?? [];
    const found = [...textOf('.github/scripts/install-tools.sh').matchAll(new RegExp(pattern, 'gm'))];
    expect(found.map(({ groups }) => `${groups?.['depName'] ?? ''} ${groups?.['currentValue'] ?? ''}`)).toEqual(
      expect.arrayContaining(['github.com/rhysd/actionlint v1.7.12', 'helm.sh/helm/v4 v4.3.1']),
    );
  });

  it('may read the repository, and each job what it names and no more', () => {
    expect(workflows.filter(({ permissions }) => JSON.stringify(permissions) !== '{"contents":"read"}')).toEqual([]);
    expect(jobs.filter(({ permissions }) => permissions === undefined).map(({ title }) => title)).toEqual([]);
    const writing = jobs.filter((job) => writes(job).length > 0);
    expect(Object.fromEntries(writing.map((job) => [job.title, writes(job).join(' ')]))).toEqual({
      'deploy.yml plan': 'id-token',
      'deploy.yml show': 'pull-requests',
      'deploy.yml images': 'attestations id-token packages',
      'deploy.yml dev': 'id-token',
      'images.yml build': 'packages',
      'images.yml publish': 'attestations id-token packages',
      'release.yml images': 'attestations id-token packages',
      'release.yml publish-chart': 'attestations id-token packages',
      'release.yml publish-release': 'contents',
      'release.yml prod': 'id-token',
      'roll-out.yml plan': 'id-token',
      'roll-out.yml copy': 'id-token',
      'roll-out.yml apply': 'id-token',
    });
  });

  it('ask for an identity in those jobs alone that sign, assume a role, or call one that does', () => {
    const needsIdentity = (job: Job): boolean =>
      assumesRole(job) || isSigning(job) || Object.values(calledBy(job)?.jobs ?? {}).some(needsIdentity);
    const wrong = jobs.filter((job) => writes(job).includes('id-token') !== needsIdentity(job));
    expect(wrong.map(({ title }) => title)).toEqual([]);
  });

  it('assume roles in environments alone, by the identity of the job, for a place that the environment names', () => {
    const roles = jobs.filter(assumesRole).map(({ steps: all, environment = '', title }) => {
      const step = all.find(({ uses = '' }) => uses.startsWith('aws-actions/'));
      expect(step?.with).toEqual({ 'role-to-assume': expect.any(String), 'aws-region': '${{ vars.AWS_REGION }}' });
      const role = /^\$\{\{ vars\.(\w+) \}\}$/.exec(String(step?.with?.['role-to-assume']))?.[1];
      return [title, `${role ?? 'none'} in ${environment}`];
    });
    expect(Object.fromEntries(roles)).toEqual({
      'deploy.yml plan': 'PLAN_ROLE_ARN in ${{ matrix.environment }}-plan',
      'roll-out.yml plan': 'PLAN_ROLE_ARN in ${{ inputs.environment }}-plan',
      'roll-out.yml copy': 'PUSH_ROLE_ARN in release',
      'roll-out.yml apply': 'DEPLOY_ROLE_ARN in ${{ inputs.environment }}',
    });
  });

  it('name no key and no secret but the one that GitHub makes for a run', () => {
    const all = globSync('.github/**/*').filter((file) => /\.(ya?ml|sh)$/.test(file));
    const keys =
      /access[-_ ]?key|AKIA[0-9A-Z]{8}|secret[-_]key|password: |secrets: inherit|secrets(\.(?!GITHUB_TOKEN\b)|\[)/i;
    expect(all.length).toBeGreaterThan(15);
    expect(all.filter((file) => keys.test(textOf(file)))).toEqual([]);
  });

  it('end: each job has its time', () => {
    const endless = jobs.filter((job) => job.uses === undefined && !((job['timeout-minutes'] ?? Infinity) <= 90));
    expect(endless.map(({ title }) => title)).toEqual([]);
  });

  it('stand in groups, and none that changes something is ever broken off', () => {
    expect(workflows.filter(({ concurrency }) => concurrency === undefined).map(({ file }) => file)).toEqual([]);
    const groups = Object.fromEntries(
      workflows.map(({ file, concurrency }) => [file, concurrency?.['cancel-in-progress']]),
    );
    const isPullRequest = "${{ github.event_name == 'pull_request' }}";
    expect(groups).toEqual({
      'ci.yml': isPullRequest,
      'deploy.yml': isPullRequest,
      'images.yml': false,
      'release.yml': false,
      'roll-out.yml': false,
    });
    // A called workflow in the group of its caller would wait for itself.
    expect(new Set(workflows.map(({ concurrency }) => concurrency?.group.split('$')[0])).size).toBe(workflows.length);
  });

  it('are started by pull requests, pushes and each other, and never with more rights than the code that runs', () => {
    const starts = new Set(workflows.flatMap(({ on }) => Object.keys(on)));
    expect([...starts].toSorted()).toEqual(['pull_request', 'push', 'workflow_call']);
    const risky = jobs.filter(
      ({ of, if: only = '', ...job }) =>
        'pull_request' in of.on &&
        writes(job).length > 0 &&
        !/head\.repo\.full_name == github\.repository|'push'/.test(only),
    );
    // Of these, one runs after the plan, which a fork has not, and two after ci, which runs for a push.
    expect(risky.map(({ title, needs }) => `${title} after ${[needs].flat().join(' ')}`)).toEqual([
      'deploy.yml show after plan',
      'deploy.yml images after ci',
      'deploy.yml dev after chart images',
    ]);
    const show = jobs.find(({ title }) => title === 'deploy.yml show');
    expect(show?.steps.filter(({ uses = '' }) => /checkout|^\.\//.test(uses))).toEqual([]);
  });

  it('leave no token of theirs in the folder that they check out', () => {
    const checkouts = steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@'));
    expect(checkouts.length).toBeGreaterThan(10);
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([]);
  });

  it('run on systems with a version', () => {
    const systems = new Set(jobs.flatMap((job) => job['runs-on'] ?? []));
    expect([...systems].filter((system) => system !== 'ubuntu-24.04')).toEqual([
      "${{ matrix.architecture == 'arm64' && 'ubuntu-24.04-arm' || 'ubuntu-24.04' }}",
    ]);
  });
});

describe('what workflows run', () => {
  it('is a line or two, or a script that is there, and every script is run', () => {
    expect(runs.filter((run) => run.trim().split('\n').length > 3)).toEqual([]);
    const scripts = globSync('.github/scripts/*.sh');
    for (const script of scripts) accessSync(script, constants.X_OK);
    const named = runs.flatMap((run) => run.match(/(\.github\/scripts|delivery)\/[\w-]+\.(sh|ts)/g) ?? []);
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
    const callers = [...runs, ...scripts.map(textOf)].join('\n');
    expect(scripts.filter((script) => !new RegExp(`/${basename(script)}\\b`).test(callers))).toEqual([]);
    const { scripts: known } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const asked = runs.flatMap((run) => [...run.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name));
    expect(asked.filter((name) => !Object.hasOwn(known, name))).toEqual([]);
  });

  it('is the same whatever anybody wrote: no expression stands in it', () => {
    expect(runs.length).toBeGreaterThan(40);
    expect(runs.filter((run) => run.includes('${{'))).toEqual([]);
    // Text of a pull request does not reach a job in any other way either.
    const texts = /github\.event\.[\w.]*(title|body|message|label|ref|name|email)\b(?<!full_name)|head_ref/;
    expect(files.filter((file) => texts.test(textOf(file)))).toEqual([]);
  });

  it('puts what it is given into quotes', () => {
    const bare = runs.filter((run) => /(?<!")\$[A-Z_]+/.test(run.replace(/"[^"]*"/g, '""')));
    expect(bare).toEqual([]);
  });

  it('does all that .ci/run does', () => {
    const all = [...runs, ...globSync('.github/scripts/*.sh').map(textOf)].join('\n');
    const asked = [...textOf('.ci/run').matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
    expect(asked.length).toBeGreaterThan(6);
    expect(asked.filter((name) => !new RegExp(`npm run (--silent )?"?(${name}|test:\\$1)\\b`).test(all))).toEqual([]);
    expect(textOf('.github/workflows/ci.yml')).toContain('proof: [start, limit, delivery, observability, hostile]');
    expect(runs).toContain('.github/scripts/prove.sh cluster');
    for (const part of [
      'tests/dispatcher/{limiter,limit-changed,windows,share,ledger,unsettled,token}',
      'EGW_TEST_REDIS=real',
    ])
      expect([all.includes(part), textOf('.ci/run').includes(part)]).toEqual([true, true]);
  });
});

describe('actionlint', () => {
  it('finds nothing in them', () => {
    const { error, stdout, status } = spawnSync('actionlint', ['-no-color'], { encoding: 'utf8' });
    if (error !== undefined) {
      console.log(
        'NOT CHECKED: the workflows, as there is no actionlint on the PATH; .ci/run and the job check have it.',
      );
      return;
    }
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});
