/**
 * Preloaded in the images (`node --import`). For the first process of a container the kernel has no default for SIGTERM: one
 * that comes while hundreds of modules load, before main.ts listens, would be lost, and the pod, which works on as if nobody
 * had told it, be killed with calls under way at the end of its grace. Until main.ts listens there is nothing to finish.
 */
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => process.exit(0));
