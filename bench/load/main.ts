/** The load generator as a process of its own: what it does must not wait for what measures, nor the other way round. */
import { setTimeout as after } from 'node:timers/promises';
import type { LoadPlan } from './plan.ts';
import { createRecord } from './record.ts';
import { createRequests } from './request.ts';
import { startClosed, startOpen } from './send.ts';

/** After the window, for what is still to be answered. */
const drainMs = 3_000;
const lookEveryMs = 10;

/** Eight letters and digits for a thousand years. */
const run = Date.now().toString(36).slice(-8).padStart(8, '0');

const say = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);
const now = () => performance.now();

const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const record = createRecord(plan.watch, now);
const parts = { port: plan.port, requests: createRequests(plan, run), record, now };
const { arrivals } = plan;
const load = arrivals.kind === 'closed' ? startClosed(arrivals.connections, parts) : startOpen(arrivals, parts);
await after(plan.warmUpMs);
record.open();
say({ msg: 'window' });
await after(plan.windowMs);
record.close();
say({ msg: 'closed' });
load.stop();
const untilMs = now() + drainMs;
while (load.outstanding() > 0 && now() < untilMs) await after(lookEveryMs);
say({ msg: 'result', result: record.result(load.outstanding(), load.mostConnections()) });
load.close();
// Whoever started it ends it; where nobody is there any more, it ends.
process.stdin.resume().once('end', () => process.exit(0));
