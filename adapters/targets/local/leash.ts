import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';

/**
 * Runs a command that cannot outlive us. A small shell holds the other end of a pipe: when this process dies, however it
 * dies, the pipe closes and the shell ends the command (TERM, then KILL after the grace). The command itself knows nothing
 * of it. The shell writes the command's pid to `$PIDFILE`.
 */
const LEASH = `
trap '' TERM INT HUP
exec 3<&0
( trap - TERM INT HUP; exec 3<&- </dev/null; exec "$@" ) &
c=$!
echo $c > "$LEASH_PIDFILE"
( read -r _ <&3; kill -TERM $c; n=0; while [ $n -lt "$LEASH_GRACE" ] && kill -0 $c; do sleep 0.1; n=$((n+1)); done; kill -KILL $c ) >/dev/null 2>&1 &
w=$!
wait $c; s=$?
kill -KILL $w 2>/dev/null
exit $s
`;

export interface Leashed {
  /** exits when the command has ended; its exit code is the command's */
  process: ChildProcess;
  /** TERM to the command, KILL after the grace */
  stop(): void;
}

/** @param graceSeconds between TERM and KILL when the leash is let go */
export function leash(
  argv: string[],
  o: { logFile: string; pidFile: string; env?: Record<string, string>; graceSeconds: number },
): Leashed {
  const log = openSync(o.logFile, 'a');
  const child = spawn('/bin/sh', ['-c', LEASH, 'leash', ...argv], {
    stdio: ['pipe', log, log],
    detached: true, // a Ctrl-C in the terminal reaches us, and we end it in order
    env: { ...inherited(), ...o.env, LEASH_PIDFILE: o.pidFile, LEASH_GRACE: String(Math.ceil(o.graceSeconds * 10)) },
  });
  child.stdin?.on('error', () => undefined); // the shell is gone already
  return { process: child, stop: () => child.stdin?.end() };
}

/** What a model server needs of our environment; the hub's own settings and secrets are not among it. */
function inherited(): Record<string, string> {
  const all = Object.entries(globalThis.process.env).filter((e): e is [string, string] => e[1] !== undefined);
  return Object.fromEntries(all.filter(([k]) => !/^(MODELHUB_|TEMPORAL_)/.test(k) && !/(KEY|TOKEN|SECRET|PASSWORD)/i.test(k)));
}
