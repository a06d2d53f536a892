/**
 * A small process between the supervisor and a program that knows nothing of us (mongod, temporal).
 * The supervisor holds the other end of our stdin: when it dies, even by kill -9, the pipe closes and we stop the program.
 * Usage: node leash.js <record file> <grace in ms> <command> [arguments]
 */
import { spawn } from 'node:child_process';
import { identify, writeRecord } from './processes.js';

const [record, grace, command, ...args] = process.argv.slice(2);
const SIGNAL_NUMBERS: Partial<Record<NodeJS.Signals, number>> = { SIGILL: 4, SIGABRT: 6, SIGBUS: 7, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

if (!record || !grace || !command) throw new Error('usage: leash <record file> <grace ms> <command> [arguments]');

const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const who = child.pid === undefined ? undefined : identify(child.pid);
// The record lets the supervisor find the program when this leash itself is killed.
if (who) writeRecord(record, who);

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), Number(grace));
}

process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, stop);
child.on('error', (error) => {
  process.stderr.write(`${command} cannot be started: ${error.message}\n`);
  process.exit(127);
});
// A signal is told as 128 + number, the way shells do it.
child.on('exit', (code, name) => process.exit(code ?? 128 + (name ? (SIGNAL_NUMBERS[name] ?? 0) : 0)));
