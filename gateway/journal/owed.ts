interface Line {
  kind: 's' | 'e';
  call: string;
  line: string;
}

/** Lines that could not be written yet, in the order in which they must be: the end of a call must not come before its start. */
export class Owed {
  /** of UTF-8 */
  bytes = 0;
  private lines: Line[] = [];
  /** calls whose start is among them */
  private readonly starts = new Set<string>();

  get count(): number {
    return this.lines.length;
  }
  add(kind: 's' | 'e', call: string, line: string): void {
    this.lines.push({ kind, call, line });
    this.bytes += Buffer.byteLength(line);
    if (kind === 's') this.starts.add(call);
  }
  /** Then its end must be owed too. */
  hasStart(call: string): boolean {
    return this.starts.has(call);
  }
  /**
   * Writes them, first to last. What `write` throws ends it and is thrown; that line and the later ones stay.
   * @param what `ends`: only those whose start is written already
   */
  pay(write: (line: string) => void, what: 'all' | 'ends'): void {
    const kept: Line[] = [];
    let done = 0;
    try {
      for (const line of this.lines) {
        if (what === 'ends' && this.starts.has(line.call)) kept.push(line);
        else {
          write(line.line);
          this.bytes -= Buffer.byteLength(line.line);
          if (line.kind === 's') this.starts.delete(line.call);
        }
        done++;
      }
    } finally {
      this.lines = [...kept, ...this.lines.slice(done)];
    }
  }
}
