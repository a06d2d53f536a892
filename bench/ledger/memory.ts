import type { GatewayProcess } from './processes.js';

/** Resident memory of each gateway over a time, MB. */
export class MemoryWatch {
  private readonly samples: number[][];
  private readonly timer: NodeJS.Timeout;
  constructor(gateways: readonly GatewayProcess[], everyMs: number) {
    this.samples = gateways.map(() => []);
    this.timer = setInterval(() => gateways.forEach((g, i) => this.samples[i]?.push(g.rssMb)), everyMs);
  }
  /** Medians of the second and of the last quarter, and the most. The first quarter is for a heap that has just been started. */
  stop(): { second: number; last: number; most: number; n: number }[] {
    clearInterval(this.timer);
    return this.samples.map((s) => {
      const quarter = (k: number): number => {
        const part = s.slice(Math.floor((s.length * k) / 4), Math.ceil((s.length * (k + 1)) / 4)).sort((a, b) => a - b);
        return part[Math.floor(part.length / 2)] ?? Number.NaN;
      };
      return { second: quarter(1), last: quarter(3), most: Math.max(...s), n: s.length };
    });
  }
}
