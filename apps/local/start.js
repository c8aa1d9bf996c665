// Plain JavaScript, so that a Node too old for the rest can still read it and say so.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `Node ${process.versions.node} cannot run this: run npm install without --omit=optional, which fetches a pinned Node for npm start, or install Node 24 or later.\n`,
  );
  process.exitCode = 1;
} else {
  import('./main.ts');
}
