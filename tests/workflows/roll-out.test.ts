import { describe, expect, it } from '@jest/globals';
import { play, type Answer } from './fake-programs.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const command = [
  'node',
  'delivery/release.ts',
  ...['--chart', 'dist/chart/event-gateway-1.2.3.tgz', '--values', 'dev.yaml', '--values', 'more.yaml'],
  ...['--registry', 'registry.example/egw', '--receiver', digest('a'), '--dispatcher', digest('b')],
];
const roll = (answers: readonly Answer[]) => play(command, answers);

const revisions = (...statuses: readonly string[]): Answer => ({
  to: /^helm history event-gateway --namespace event-gateway --output json$/,
  says: JSON.stringify(
    statuses.map((status, index) => ({ revision: index + 1, status, chart: 'event-gateway-1.2.2' })),
  ),
});
const none: Answer = { to: /^helm history/, tells: 'Error: release: not found\n', code: 1 };
const upgrades: Answer = { to: /^helm upgrade/ };
const suite = 'NAME: event-gateway\nTEST SUITE:     event-gateway-test\nLast Started:   now\nPhase:          ';
const arrives: Answer = { to: /^helm test/, says: `${suite}Succeeded\n` };
const isLost: Answer = {
  to: /^helm test/,
  says: `${suite}Failed\n`,
  tells: 'Error: pod event-gateway-test failed\n',
  code: 1,
};
const pods: Answer = { to: /^kubectl (get pods|logs)/ };
const verbs = (calls: readonly string[]) => calls.map((call) => call.split(' ').slice(0, 2).join(' '));

describe('a release', () => {
  it('is rolled out by digest, and done when an event that was sent arrives', async () => {
    const { code, calls, summary } = await roll([revisions('superseded', 'deployed'), upgrades, arrives]);
    expect({ code, summary }).toEqual({ code: 0, summary: expect.stringContaining('an event that was sent arrived') });
    expect(verbs(calls)).toEqual(['helm history', 'helm upgrade', 'helm test']);
    const upgrade = calls[1] ?? '';
    for (const part of [
      'event-gateway dist/chart/event-gateway-1.2.3.tgz --namespace event-gateway --install --rollback-on-failure --wait --timeout 10m',
      '--values dev.yaml --values more.yaml --set tests.enabled=true',
      `--set-string receiver.image.repository=registry.example/egw/event-gateway-receiver --set-string receiver.image.digest=${digest('a')}`,
      `--set-string dispatcher.image.repository=registry.example/egw/event-gateway-dispatcher --set-string dispatcher.image.digest=${digest('b')}`,
    ])
      expect(upgrade).toContain(part);
  });

  it('whose event does not arrive is rolled back to the revision that was in use, and the event is sent there as well', async () => {
    const former = revisions('superseded', 'deployed', 'failed', 'pending-upgrade');
    const lost = { ...isLost, times: 2 };
    const { code, calls, summary } = await roll([former, upgrades, lost, pods, { to: /^helm rollback/ }, arrives]);
    expect(code).toBe(1);
    expect(summary).toContain(
      'event-gateway is back at revision 2. There an event arrives: the fault is in what was new.',
    );
    expect(verbs(calls)).toEqual([
      ...['helm history', 'helm upgrade', 'helm test', 'kubectl get', 'kubectl logs', 'helm test'],
      ...['helm rollback', 'helm test'],
    ]);
    expect(calls.at(-2)).toBe('helm rollback event-gateway 2 --namespace event-gateway --wait --timeout 10m');
  });

  it('is not blamed where the former one delivers as little', async () => {
    const { code, summary } = await roll([revisions('deployed'), upgrades, isLost, pods, { to: /^helm rollback/ }]);
    expect(code).toBe(1);
    expect(summary).toContain('There no event arrives either: look at the target');
  });

  it('is not taken back for one test that broke', async () => {
    const { code, calls } = await roll([revisions('deployed'), upgrades, { ...isLost, times: 1 }, pods, arrives]);
    expect({ code, back: calls.filter((call) => call.startsWith('helm rollback')) }).toEqual({ code: 0, back: [] });
  });

  it('is removed where there was none before', async () => {
    for (const before of [none, revisions('failed')]) {
      const { code, calls, summary } = await roll([before, upgrades, isLost, pods, { to: /^helm uninstall/ }]);
      expect({ code, last: calls.at(-1) }).toEqual({
        code: 1,
        last: 'helm uninstall event-gateway --namespace event-gateway --wait --timeout 10m',
      });
      expect(summary).toContain('There was no event-gateway before, so it is removed');
    }
  });

  it('is left to Helm where it does not become ready: no event is sent', async () => {
    const fails = {
      ...upgrades,
      tells: 'Error: UPGRADE FAILED: release event-gateway failed, and has been rolled back\n',
      code: 1,
    };
    const { code, calls, summary } = await roll([revisions('deployed'), fails]);
    expect({ code, verbs: verbs(calls) }).toEqual({ code: 1, verbs: ['helm history', 'helm upgrade'] });
    expect(summary).toContain('Helm has put back what was there: Error: UPGRADE FAILED');
  });

  it('touches nothing where nobody can say what runs there', async () => {
    for (const before of [
      { ...none, tells: 'Error: kubernetes cluster unreachable\n' },
      { ...revisions(), says: '{' },
    ]) {
      const { code, calls, summary } = await roll([before]);
      expect({ code, calls: calls.length }).toEqual({ code: 1, calls: 1 });
      expect(summary).toContain('Nothing was done');
    }
  });

  it('that nobody tested is no success: without a target the chart sends no event', async () => {
    const untested = { to: /^helm test/, says: 'NAME: event-gateway\nTEST SUITE: None\n' };
    const { code, summary } = await roll([revisions('deployed'), upgrades, untested, pods, { to: /^helm rollback/ }]);
    expect({ code, summary }).toEqual({ code: 1, summary: expect.stringContaining('No event was sent') });
  });

  it('that cannot be put back is told as what it is', async () => {
    const stuck = { to: /^helm rollback/, tells: 'Error: another operation is in progress\n', code: 1 };
    const { code, summary } = await roll([revisions('deployed'), upgrades, isLost, pods, stuck]);
    expect({ code, summary }).toEqual({
      code: 1,
      summary: expect.stringContaining('what runs there now does not deliver'),
    });
  });

  it.each([
    ['a tag in the place of a digest', '--receiver', 'latest'],
    ['a digest with something behind it', '--dispatcher', `${digest('b')},keda.identity=operator`],
    ['an option as a namespace', '--namespace', '--kube-insecure'],
    ['a registry with more values', '--registry', 'registry.example,logLevel=debug'],
  ])('is refused with %s, before anything is asked', async (_, option, value) => {
    const { code, calls } = await play([...command, `${option}=${value}`], []);
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
  });
});
