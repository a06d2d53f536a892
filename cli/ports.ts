/** Ports are looked at before anything starts: a taken one is named, never silently changed. */
import { createServer } from 'node:net';

export interface WantedPort {
  readonly port: number;
  readonly host: string;
  readonly what: string;
  readonly setting: string;
}

/** A port is in the way; the message says which, and the remedy. */
export class PortsTaken extends Error {}

/** Whether nobody listens on this port. */
export function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** One sentence for each port that is taken. */
export async function takenPorts(wanted: readonly WantedPort[]): Promise<string[]> {
  const free = await Promise.all(wanted.map(({ port, host }) => isFree(port, host)));
  return wanted
    .filter((_, index) => !free[index])
    .map(({ port, what, setting }) => `Port ${port} for ${what} is taken by another program; stop it or set ${setting} to a free port.`);
}

/** A port that is free at this moment, for tests. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port'))));
    });
  });
}
