import { describe, expect, it } from '@jest/globals';
import { describePlan } from '../../delivery/describe-plan.ts';
import { judgePlan } from '../../delivery/judge-plan.ts';
import { play } from './fake-programs.ts';

const secret = 'planted-secret-value';
const change = (address: string, actions: readonly string[], before: unknown = null, after: unknown = null) => ({
  address,
  type: address.split('.').at(-2) ?? '',
  change: { actions, before, after },
});
const plan = (...changes: readonly unknown[]) =>
  JSON.stringify({ format_version: '1.2', resource_changes: changes, output_changes: {} });
const queue = 'module.crm.aws_sqs_queue.this';

describe('a plan', () => {
  it('is told by address, action and attribute, and never by value', () => {
    const json = plan(
      change('aws_iam_role.receiver', ['create'], null, { name: secret }),
      change(queue, ['update'], { tags: { a: secret }, name: 'x' }, { tags: { a: 'b' }, name: 'x', policy: secret }),
      change('data.aws_region.here', ['read']),
      change('aws_sns_topic.same', ['no-op'], { name: secret }, { name: secret }),
    );
    const page = describePlan('dev', judgePlan(json));
    expect(page).toContain('1 to create, 1 to update.');
    expect(page).toContain(`| ~ update | \`${queue}\` | \`policy tags\` |`);
    expect(page).not.toContain(secret);
    expect(page).not.toContain('aws_sns_topic');
    expect(page).not.toContain('loses');
  });

  it.each([
    [['delete', 'create'], '± replace'],
    [['create', 'delete'], '± replace'],
    [['delete'], '− delete'],
  ])('that does %j to a queue says that its messages are lost', (actions, told) => {
    const page = describePlan('prod', judgePlan(plan(change(queue, actions, { name: 'a' }, { name: 'b' }))));
    expect(page).toContain('**What one of these holds is lost.**');
    expect(page).toContain(`| ${told}, **loses data** | \`${queue}\``);
  });

  it('shows what loses data first, however much else there is', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => change(`aws_iam_role.r${index}`, ['create']));
    const page = describePlan('prod', judgePlan(plan(...many, change(queue, ['delete']))));
    expect(page).toContain('5000 to create, 1 to delete.');
    expect(page).toContain(queue);
    expect(page).toContain('And 4901 more');
    expect(page.length).toBeLessThan(65_536);
  });

  it('takes no key of a resource for anything but text', () => {
    const hostile = 'aws_sqs_queue.q["` | </td><img src=x> @everyone\n## [x](http://x) \u202e \\"]';
    const page = describePlan('dev', judgePlan(plan({ ...change(queue, ['create']), address: hostile })));
    const row = page.split('\n').find((line) => line.includes('create |')) ?? '';
    expect(row).toMatch(/^\| \+ create \| `[^`\n]*` \| {2}\|$/);
    expect(row.replaceAll('\\|', '').split('|')).toHaveLength(5);
    expect(page).not.toMatch(/^## /m);
    const endless = describePlan(
      'dev',
      judgePlan(plan({ ...change(queue, ['create']), address: 'a'.repeat(100_000) })),
    );
    expect(endless.length).toBeLessThan(1_000);
  });

  it('of nothing says so; what is no plan is refused', () => {
    expect(describePlan('dev', judgePlan('{}'))).toBe('### Terraform plan of dev\n\nNothing changes.');
    for (const text of ['', '[]', '{"resource_changes":[{}]}', '{"resource_changes":[{"address":1}]}'])
      expect(() => judgePlan(text)).toThrow();
  });

  it('is the same by its digest where it says the same, in any order and with any values', () => {
    const [a, b] = [change(queue, ['update'], { n: 1 }, { n: 2 }), change('aws_iam_role.r', ['create'])];
    const { digest } = judgePlan(plan(a, b));
    expect(judgePlan(plan(b, change(queue, ['update'], { n: 3 }, { n: 4 }))).digest).toBe(digest);
    const others = [plan(a), plan(b, change(queue, ['delete'])), plan(b, change(queue, ['update'], {}, { m: 1 }))];
    expect(others.map((other) => judgePlan(other).digest === digest)).toEqual([false, false, false]);
  });
});

describe('plan.sh', () => {
  const json = plan(change(queue, ['create'], null, { name: secret }));
  const { digest } = judgePlan(json);
  const answers = [
    { to: /^terraform -chdir=\S+ (init|plan) / },
    { to: /^terraform \S+ show -json plan.tfplan$/, says: json },
  ];
  const here = 'infrastructure/environments/dev';
  const run = (...args: readonly string[]) =>
    play(
      ['.github/scripts/plan.sh', ...args],
      answers,
      { STATE_BUCKET: 'state', AWS_REGION: 'eu-west-1', TFVARS: 'region = "eu-west-1"' },
      {
        apart: true,
        files: { [`${here}/main.tf`]: '' },
        reads: ['plan-dev.md', `${here}/plan.json`, `${here}/pipeline.auto.tfvars`],
      },
    );

  it('tells what would change, locks nothing for it, and leaves no values behind', async () => {
    const { code, calls, outputs, summary, look, said } = await run('dev');
    expect({ code, outputs }).toEqual({ code: 0, outputs: `digest=${digest}\n` });
    expect(calls).toEqual([
      `terraform -chdir=${here} init -input=false -backend-config=bucket=state -backend-config=region=eu-west-1`,
      `terraform -chdir=${here} plan -input=false -lock=false -out=plan.tfplan`,
      `terraform -chdir=${here} show -json plan.tfplan`,
    ]);
    expect(Object.keys(look)).toEqual(['plan-dev.md', `${here}/pipeline.auto.tfvars`]);
    expect(look[`${here}/pipeline.auto.tfvars`]).toBe('region = "eu-west-1"\n');
    expect(summary).toBe(look['plan-dev.md']);
    expect(said + summary).not.toContain(secret);
  });

  it('fails on a plan that is another than the approved one, and locks what it leaves to be applied', async () => {
    const same = await run('dev', digest);
    expect(same).toMatchObject({
      code: 0,
      calls: expect.arrayContaining([expect.stringContaining('-lock-timeout=5m')]),
    });
    const other = await run('dev', '0'.repeat(64));
    expect(other).toMatchObject({ code: 1, said: expect.stringContaining('something changed in between') });
  });

  it('knows no environment that is not there', async () => {
    expect(await run('../dev')).toMatchObject({ code: 2, calls: [] });
  });
});
