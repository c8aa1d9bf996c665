import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { costs } from '../../apps/cli/costs.ts';

const run = promisify(execFile);

async function egw(...args: string[]) {
  try {
    const { stdout, stderr } = await run(process.execPath, ['apps/cli/main.ts', 'capacity', ...args], { env: {} });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

const jsonOf = async (...args: string[]) =>
  JSON.parse((await egw(...args, '--json')).stdout) as Readonly<Record<string, number | boolean | null>>;

describe('egw capacity', () => {
  it('says first that a rate above the limit lets the backlog grow without end', async () => {
    const { code, stdout } = await egw('--rate', '5000', '--limit', '100/s', '--size', '2KB');
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe(
      '5,000 events a second are more than the limit lets through: the backlog grows without end, by 4,903 a second.',
    );
    expect(stdout).toMatch(/^backlog_full +after 3h 25m: senders are refused beyond 60,480,000 events/m);
  });

  it('says of a rate within the limit that no backlog stays, and how long a burst takes', async () => {
    const { stdout } = await egw('--rate', '50', '--limit', '100/s', '--burst', '10000');
    expect(stdout).toMatch(/^50 events a second are within the limit: no backlog stays\.\n/);
    expect(stdout).toMatch(/^burst +10,000 events drain in 3m 33s$/m);
    expect(stdout).toMatch(/^backlog_full +never at this rate/m);
  });

  it('counts as its formulas do, in JSON', async () => {
    const { receiverUs, receiverKbUs, receiverSendUs } = costs;
    const eventUs = receiverUs.value + (receiverKbUs.value * 1_548) / 1_024 + receiverSendUs.value * (0.5 - 0.1);
    expect(await jsonOf('--rate', '1000', '--limit', '200/s', '--size', '2KB', '--retention', '4d')).toMatchObject({
      is_within_limit: false,
      sustained_per_second: 194,
      delivered_per_second: 194,
      backlog_growth_per_second: 806,
      hour_drains_seconds: Number(((806 * 3_600) / 194).toPrecision(6)),
      burst_drains_seconds: 0,
      backlog_full_events: 200 * 2 * 86_400,
      backlog_full_after_seconds: Number(((200 * 2 * 86_400) / 806).toPrecision(6)),
      receiver_pods: 2,
      // Two events share a request.
      receiver_cores: Number((eventUs / 1_000).toPrecision(6)),
      dispatcher_pods: 39,
      dispatcher_most_pods: 80,
      redis_operations_per_second: expect.closeTo(
        1_000 * costs.throttleTrips.value + 194 * costs.ledgerTrips.value,
      ) as unknown,
      ledger_bytes: 194 * 15 * 86_400 * costs.ledgerBytes.value,
      sqs_sends_per_second: 500,
    });
    expect(await jsonOf('--rate', '10', '--limit', '200/s')).toMatchObject({
      is_within_limit: true,
      backlog_growth_per_second: 0,
      backlog_full_after_seconds: null,
    });
  });

  it('pays for each 64 KB of a request, and less for what is beyond 100 billion requests a month', async () => {
    const rate = ['--rate', '100', '--limit', '10/s'];
    const [small, large] = [await jsonOf(...rate, '--size', '500B'), await jsonOf(...rate, '--size', '60KB')];
    expect(large['sqs_sends_per_second']).toBe(small['sqs_sends_per_second']);
    // A little more than one event is sent at a time, and ten are received.
    const more = Number(large['sqs_billed_per_second']) - Number(small['sqs_billed_per_second']);
    expect(more).toBeCloseTo(100 / 1.1 + (10 * 0.97 * 9) / 10, 1);
    const month = (billed: unknown) => (Number(billed) * 30 * 86_400) / 1e6;
    expect(Number(small['sqs_dollars_per_month'])).toBeCloseTo(month(small['sqs_billed_per_second']) * 0.4, 1);
    const many = await jsonOf('--rate', '100', '--limit', '110/s', '--targets', '1000');
    const beyond = month(many['sqs_billed_per_second']) - 200_000;
    expect(many['sqs_dollars_per_month']).toBeCloseTo(40_000 + 30_000 + beyond * 0.24, -1);
  });

  it('takes a limit of long windows alone, and says what gateway.yaml asks for besides', async () => {
    const { stdout } = await egw('--rate', '10', '--limit', '1000/m');
    expect(stdout).toMatch(/^limit +16.2 events\/s are delivered at least, of 1,000 calls per 1m\n.*17 calls per 1s/m);
    const two = await egw('--rate', '10', '--limit', '5/s,4000/1h');
    expect(two.stdout).toMatch(
      /^limit +1.08 events\/s are delivered at least, of 5 calls per 1s and 4,000 calls per 1h/m,
    );
  });

  it('says where the chart would start fewer dispatchers than their CPU asks for', async () => {
    const fast = ['--rate', '9000', '--limit', '10000/s', '--latency', '1ms', '--concurrency', '100'];
    expect((await egw(...fast)).stdout).toContain('set maxReplicas and beyondUseful');
    expect((await egw('--rate', '5', '--limit', '5/s')).stdout).not.toContain('beyondUseful');
  });

  it.each([
    [[], 'Name the rate: --rate 5000'],
    [['--rate', '5'], 'Name the limit: --limit 100/s'],
    [['--rate', 'fast', '--limit', '5/s'], '--rate fast is no number over 0'],
    [['--rate', '0', '--limit', '5/s'], '--rate 0 is no number over 0'],
    [['--rate', '5', '--limit', '5'], '--limit 5 is no limit: write calls and a duration, such as 5/s'],
    [['--rate', '5', '--limit', '0/s'], '--limit 0/s allows 0 calls: write from 1 to 100000000.'],
    [['--rate', '5', '--limit', '5/50ms'], '--limit 5/50ms: 50ms must be from 100ms to 31d.'],
    [['--rate', '5', '--limit', '5/s,6/s'], '--limit 5/s,6/s has two windows of one length: keep the smaller one.'],
    [['--rate', '5', '--limit', '5/s', '--size', '2kb'], '--size 2kb is no size: write a number and B, KB or MB'],
    [
      ['--rate', '5', '--limit', '5/s', '--size', '2MB'],
      '--size 2MB is the size of no event: write from 1B to 1032192B',
    ],
    [['--rate', '5', '--limit', '5/s', '--burst', '0'], '--burst 0 is no whole number from 1 to'],
    [['--rate', '5', '--limit', '5/s', '--concurrency', '1001'], 'from 1 to 1000: write one, or leave it out for 5.'],
    [['--rate', '5', '--limit', '5/s', '--latency', '1'], '--latency 1 is no duration'],
    [['--rate', '5', '--limit', '5/s', '--retention', '15d'], '--retention 15d must be from 1m to 14d'],
    [['--rate', '5', '--limit', '5/s', 'crm'], 'There is an argument too many: crm.'],
    [['--rate', '5', '--calls', '5/s'], "Unknown option '--calls'. There are --rate, --limit"],
  ])('%j is misused', async (args, fault) => {
    const { code, stdout, stderr } = await egw(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(fault);
    expect(stderr).toContain('egw capacity --rate 5000 --limit 100/s');
  });

  it('tells every fault at once', async () => {
    const { stderr } = await egw('--rate', 'x', '--limit', 'y', '--size', 'z');
    expect(stderr.split('\n\n')[0]?.split('\n')).toHaveLength(3);
  });
});
