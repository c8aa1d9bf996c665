import { onStage } from './stage.ts';
import { startOurs, startPeer } from './receiver/servers.ts';
import { acksPerCpuSecond, describeUse, load } from './receiver/load.ts';
const which = process.argv[2] ?? 'ours';
const rounds = Number(process.argv[3] ?? 3);
const ended = new AbortController();
await onStage(ended.signal, async (stage) => {
  await stage.standIn.set({ mode: 'sink' });
  const names = which.split(',');
  const servers = [];
  for (const n of names) servers.push(n === 'ours' ? await startOurs(stage) : await startPeer(stage, n as never));
  for (let i = 0; i < rounds; i++) for (const s of servers) {
    const r = await load(s, { kind: 'closed', connections: 128 }, { warmUpMs: i === 0 ? 3000 : 500, windowMs: 2000 }, { signal: ended.signal });
    console.log(s.name, acksPerCpuSecond(r).toFixed(0), (1e6 / acksPerCpuSecond(r)).toFixed(1) + ' µs', describeUse(r));
  }
  for (const s of servers) await s.stop();
});
