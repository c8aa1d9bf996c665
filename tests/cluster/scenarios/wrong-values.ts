import { eventually } from '../kubernetes.ts';
import { releaseName, releaseNamespace } from '../release.ts';
import { says, type Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

const limits = { crm: 50 };
const withinMs = 60_000;

export const wrongValues: Scenario = {
  name: 'wrong-values',
  does: 'values, secrets and addresses are wrong: helm, kubectl describe and the logs say what to do',
  short: true,
  async play(world) {
    const { release } = world;
    await world.neighbours.clear();
    const refusal = async (values: Readonly<Record<string, unknown>>) =>
      (await release.deploy({ limits, values })).text;
    const empty = await refusal({ aws: { region: '' }, redis: { url: '' }, auth: { allowAnonymous: false } });
    const bounds = [
      says('helm, nobody may send', empty, /auth: nobody could send\. Name the secret/),
      says('helm, no Redis', empty, /redis: has neither url nor existingSecret/),
      says('helm, no region', empty, /aws\.region: is empty\. Name the region/),
      says(
        'helm, more pods than the limit can use',
        await refusal({ dispatcher: { autoscaling: { maxReplicas: 20 } } }),
        /no more than 8 pods can use its limit/,
      ),
      says('helm, a value that is misspelled', await refusal({ receiver: { replica: 2 } }), /replica/),
    ];
    await release.uninstall();
    const crm = { existingSecret: 'nowhere' };
    await world.deploy({ limits, values: { targets: { crm } }, noWait: true });
    bounds.push(says('kubectl describe, a missing secret', await describedSoon(world), /secret "nowhere" not found/));
    await release.uninstall();
    const aws = { endpointUrl: 'http://nowhere.egw-test.svc:4566' };
    await world.deploy({ limits, values: { aws }, noWait: true });
    const noQueue =
      /SQS is not there for the queue \S+, as DNS does not know nowhere\S* \(\w+\): correct the queue\.url/;
    for (const app of ['crm', 'receiver'])
      bounds.push(says(`logs of ${app}, no queue`, await loggedSoon(world, app, noQueue), noQueue));
    await release.uninstall();
    const redis = { url: 'redis://nowhere.egw-test.svc:6379' };
    await world.deploy({ limits, values: { redis }, noWait: true });
    const noRedis = /Redis at nowhere\S* is not to be had: start it, let the pod out to it, or correct REDIS_URL/;
    for (const app of ['crm', 'receiver'])
      bounds.push(says(`logs of ${app}, no Redis`, await loggedSoon(world, app, noRedis), noRedis));
    await release.uninstall();
    return { bounds, figures: { 'messages read': bounds.length } };
  },
};

async function describedSoon({ kubernetes, signal }: World): Promise<string> {
  const args = ['describe', 'pods', '-n', releaseNamespace, '-l', 'app.kubernetes.io/component=dispatcher'];
  let text = '';
  const look = async () => {
    text = (await kubernetes.run('kubectl', args)).text;
    return text.includes('not found') ? text : undefined;
  };
  return eventually('a reason', withinMs, look, signal).catch(() => text);
}

async function loggedSoon({ kubernetes, signal }: World, app: string, asked: RegExp): Promise<string> {
  const args = ['logs', `deployment/${releaseName}-${app}`, '-n', releaseNamespace, '--tail=50'];
  let text = '';
  const look = async () => {
    text = (await kubernetes.run('kubectl', args)).text;
    return asked.test(text) ? text : undefined;
  };
  return eventually('a line', withinMs, look, signal).catch(() => text);
}
