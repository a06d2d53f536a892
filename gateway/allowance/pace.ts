/** In advance: so many calls, or what this long at the present rate uses, whichever is more. */
const CALLS = 8;
const SECONDS = 2;
const SLOTS = 4;
const SAMPLE_MS = 200;

/** How much one allowance is drawn on, for how much to lease in advance. */
export class Pace {
  /** amount of the last reservation */
  claim = 1;
  private drawn = 0;
  private perSecond = 0;
  private since: number;
  constructor(now: number) {
    this.since = now;
  }
  draw(amount: number): void {
    this.claim = amount;
    this.drawn += amount;
  }
  /** Free amount that a lease of a count should have. */
  advance(now: number): number {
    const elapsed = now - this.since;
    if (elapsed > SAMPLE_MS) {
      this.perSecond = (this.perSecond + (this.drawn / elapsed) * 1000) / 2;
      this.drawn = 0;
      this.since = now;
    }
    return Math.max(CALLS * this.claim, Math.ceil(this.perSecond * SECONDS));
  }
}
/** Free slots beside `taken` ones: slots come back by themselves, so a rate says nothing. */
export const slotsInAdvance = (taken: number): number => Math.max(SLOTS, Math.ceil(taken / 2));
