/** A part that does nothing: reports that it is ready, and stops when its pipe closes. `STUB` makes it misbehave. */
const { appendFileSync } = require('node:fs');

const [name, journal] = process.argv.slice(2);
const note = (what) => appendFileSync(journal, `${name} ${what} ${process.pid}\n`);

if (process.env.STUB === 'fails') {
  process.stderr.write('Error: the stub cannot start\n');
  process.exit(3);
}
note('started');
const stop = () => {
  if (process.env.STUB === 'deaf') return;
  note('stopped');
  process.exit(0);
};
// Below a leash there is no channel to the supervisor, and stdin is closed from the beginning.
if (process.send) process.stdin.on('end', stop).resume();
process.on('disconnect', stop);
process.on('SIGTERM', stop);
setInterval(() => undefined, 1_000);
process.send?.({ ready: true });
