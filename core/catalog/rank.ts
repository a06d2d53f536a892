import { isNumber, matchesPrefixes } from './tokens.js';

/** What the rank of an offering is computed from; all words are tokens. */
export interface Ranked {
  /** words of name and model id */
  nameWords: readonly string[];
  /** words of the model alone, without who serves it */
  modelWords: readonly string[];
  /** words of the id that the provider gives it */
  idWords: readonly string[];
  /** words of who serves it */
  providerWords: readonly string[];
  /** all words of the offering */
  words: ReadonlySet<string>;
  /** served by who made it */
  firstParty: boolean;
  active: boolean;
  /** how many offerings there are of the same model: what many serve is what most people mean */
  served: number;
}
const EXACT = 1;
const PREFIX = 0.75;
const FUZZY = 0.5;
const PHRASE = 0.4;

/**
 * How well an offering answers a query: exact before prefix before fuzzy, then words side by side as in the query, then who
 * made it before who resells it, what many serve before what few do, the model itself before its variants. Equal ranks are sorted by recency elsewhere.
 * @param near words of the offering that the index took for one of the query's words
 */
export function rank(query: readonly string[], near: ReadonlySet<string>, o: Ranked): number {
  let quality = 0;
  for (const q of query) quality += o.words.has(q) ? EXACT : o.nameWords.some((w) => w.startsWith(q)) ? PREFIX : FUZZY;
  const fits = (q: string, w: string | undefined): boolean =>
    w !== undefined && (w === q || ((w.startsWith(q) || near.has(w)) && matchesPrefixes(q, 0, query)));
  // `openai gpt 5`: the provider may stand before the model without being part of its name; `openai` alone asks for the provider
  const sought = query.filter((q) => !o.providerWords.some((w) => fits(q, w)));
  const placeIn = (words: readonly string[]): number => words.findIndex((_, i) => sought.every((q, j) => fits(q, words[i + j])));
  let bonus = 0;
  if (sought.length === 0) bonus = PHRASE + 0.2;
  else {
    const at = placeIn(o.modelWords);
    const share = sought.length / o.modelWords.length;
    // without a number it is a family (`claude opus`), of which the newest is meant; with one it begins to spell a model
    if (at >= 0) bonus = PHRASE + (at === 0 ? 0.1 : 0) + (share === 1 || sought.some(isNumber) ? 0.3 * share : 0.1);
    else if (placeIn(o.nameWords) >= 0) bonus = PHRASE - 0.1;
    // `gpt-4o` before its dated versions
    if (sought.length === o.idWords.length && placeIn(o.idWords) === 0) bonus += 0.05;
  }
  const known = o.served >= 8 ? 0.15 : o.served >= 3 ? 0.1 : 0;
  // in steps of a twentieth, so that recency decides between what is about as good
  return Math.round((quality / query.length + bonus + known + (o.firstParty ? 0.15 : 0) + (o.active ? 0.05 : 0)) * 20);
}
