import { readFileSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { sharedFacts } from './facts.js';
import type { KnownOffering } from './state.js';

const VERSION = 1;
/** records between two turns of the event loop: about a millisecond of work */
const SLICE = 500;

/**
 * The offerings on disk: thousands that rarely change, so they have a file of their own, written without holding calls up.
 * A line that says how many there are, then one line a record. Written to a new file that then takes the old one's place.
 */
export class OfferingsFile {
  private readonly file: string;
  constructor(file: string) {
    this.file = file;
  }
  /** Throws when there is no whole file of this version. */
  read(): Map<string, KnownOffering> {
    const [head = '', ...lines] = readFileSync(this.file, 'utf8').trimEnd().split('\n');
    const { v, count } = JSON.parse(head) as { v: number; count: number };
    if (v !== VERSION) throw new Error(`offerings of version ${v}, this gateway reads ${VERSION}`);
    if (lines.length !== count) throw new Error(`${lines.length} offerings of ${count}`);
    return new Map(
      lines.map((line) => {
        const [id, record] = JSON.parse(line) as [string, KnownOffering];
        return [id, sharedFacts(record)];
      }),
    );
  }
  async write(table: ReadonlyMap<string, KnownOffering>): Promise<void> {
    const records = [...table]; // as they are now; the records themselves never change
    const temporary = `${this.file}.new`;
    await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
    const out = await open(temporary, 'w', 0o600);
    try {
      await out.appendFile(`${JSON.stringify({ v: VERSION, count: records.length })}\n`);
      for (let i = 0; i < records.length; i += SLICE) {
        const slice = records.slice(i, i + SLICE);
        await out.appendFile(`${slice.map((r) => JSON.stringify(r)).join('\n')}\n`);
        await breathe();
      }
      await out.sync();
    } finally {
      await out.close();
    }
    await rename(temporary, this.file);
  }
}
