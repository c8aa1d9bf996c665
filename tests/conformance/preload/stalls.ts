/** Loaded into a pod: blocks its event loop for 120 ms every 10 s, as a large garbage collection would. */
const stallMs = 120;
const everyMs = 10_000;

const neverWoken = new Int32Array(new SharedArrayBuffer(4));
const stall = () => void Atomics.wait(neverWoken, 0, 0, stallMs);

// Each pod at its own moment of the ten seconds.
setTimeout(
  () => {
    stall();
    setInterval(stall, everyMs).unref();
  },
  2_000 + Math.random() * everyMs * 0.5,
).unref();
