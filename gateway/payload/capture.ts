import type { ServerResponse } from 'node:http';

/** The first bytes of what a caller is sent, whoever sends it: upstream, translation, limit or error. */
export class Capture {
  bytes = 0;
  private readonly chunks: Buffer[] = [];
  private kept = 0;
  private readonly window: number;

  constructor(res: ServerResponse, window: number) {
    this.window = window;
    const write = res.write.bind(res) as (...a: unknown[]) => boolean;
    const end = res.end.bind(res) as (...a: unknown[]) => ServerResponse;
    res.write = ((chunk: unknown, ...rest: unknown[]) => {
      this.take(chunk);
      return write(chunk, ...rest);
    }) as typeof res.write;
    res.end = ((chunk?: unknown, ...rest: unknown[]) => {
      this.take(chunk);
      return end(chunk, ...rest);
    }) as typeof res.end;
  }
  get beginning(): Buffer {
    return Buffer.concat(this.chunks);
  }
  private take(chunk: unknown): void {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    const size = typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length;
    this.bytes += size;
    const room = this.window - this.kept;
    if (room <= 0) return;
    const copy = Buffer.from(chunk as Uint8Array); // a view would hold the socket's whole buffer
    this.chunks.push(copy.subarray(0, room));
    this.kept += Math.min(size, room);
  }
}
