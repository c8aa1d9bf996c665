// Plain JavaScript, since an old Node cannot read what comes next, not even to say that it is too old.
const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `Node ${process.versions.node} is too old: run "npm install" again, which brings a Node of its own where one exists for this system, or install Node 24 or later`,
  );
  process.exit(1);
}
await import('./main.ts');
