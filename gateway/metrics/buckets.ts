/** Label value → counts; written as Prometheus text at a scrape, because a client's histogram costs each call 5 µs. */
export class Buckets<L extends string> {
  private readonly name: string;
  private readonly help: string;
  private readonly label: string;
  /** upper bounds, ascending */
  private readonly bounds: readonly number[];
  private readonly counts: Record<L, Float64Array>;
  private readonly sums: Record<L, number>;

  constructor(name: string, help: string, bounds: readonly number[], label: string, values: readonly L[]) {
    this.name = name;
    this.help = help;
    this.bounds = bounds;
    this.label = label;
    this.counts = Object.fromEntries(values.map((v) => [v, new Float64Array(bounds.length + 1)])) as Record<L, Float64Array>;
    this.sums = Object.fromEntries(values.map((v) => [v, 0])) as Record<L, number>;
  }
  observe(of: L, value: number): void {
    const counts = this.counts[of];
    let i = 0;
    while (i < this.bounds.length && value > (this.bounds[i] as number)) i++;
    counts[i] = (counts[i] as number) + 1;
    this.sums[of] += value;
  }
  /** The text exposition format: cumulative buckets, `+Inf`, sum and count. */
  text(): string {
    const lines = [`# HELP ${this.name} ${this.help}`, `# TYPE ${this.name} histogram`];
    for (const value in this.counts) {
      const label = `${this.label}="${value}"`;
      let total = 0;
      this.counts[value].forEach((n, i) => {
        total += n;
        lines.push(`${this.name}_bucket{le="${this.bounds[i] ?? '+Inf'}",${label}} ${total}`);
      });
      lines.push(`${this.name}_sum{${label}} ${this.sums[value]}`, `${this.name}_count{${label}} ${total}`);
    }
    return `${lines.join('\n')}\n`;
  }
}
