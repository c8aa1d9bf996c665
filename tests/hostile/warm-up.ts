import fc from 'fast-check';
import { attack } from './attack.ts';
import { purge } from './arrived.ts';
import { sendGood } from './group.ts';
import { known, strikeWith } from './strike.ts';
import { hostileText } from './texts.ts';
import type { World } from './world.ts';

/** By then every path is compiled, and pools are as large as they get: what comes on top is what attacks leave behind. */
const requests = 3_000;

/** Sends what is taken and what is refused, until the apps hold what they hold under load. */
export async function warmUp(world: World, signal: AbortSignal): Promise<void> {
  const inputs = fc.record({
    path: fc.constantFrom('/events', '/events/batch', '/webhooks/github', '/openapi.json'),
    headers: fc.constantFrom(
      [],
      known(world, ['content-type', 'application/json']),
      known(world, ['content-type', 'text/plain']),
    ),
    body: hostileText,
  });
  await attack(inputs, strikeWith(world), { inputs: requests, seed: 0, signal });
  for (let sent = 0; sent < requests / 10; sent++) await sendGood(world);
  await purge(world, world.urls.sink);
  for (const app of world.apps) app.faults();
}
