/**
 * Loaded into every part before its own entry. Parts live in sessions of their own, out of reach of the terminal's
 * Ctrl-C, so that they can be stopped in order; should the command itself be killed, each stops as if it had been asked.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
