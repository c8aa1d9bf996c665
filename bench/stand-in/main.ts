/** The stand-in of Amazon SQS as a process of its own: it must not share an event loop with what is measured. */
import { listen } from '../../apps/shared/lifecycle.ts';
import { createStandIn } from './server.ts';

const server = createStandIn(Date.now);
const port = await listen(server, 0, '127.0.0.1');
process.stdout.write(`${JSON.stringify({ msg: 'listening', port })}\n`);
process.once('SIGTERM', () => process.exit(0));
