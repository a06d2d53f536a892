import MiniSearch from 'minisearch';
import type { Entry } from '#core/catalog/entry.js';
import { rank } from '#core/catalog/rank.js';
import { fuzziness, matchesPrefixes, tokenize } from '#core/catalog/tokens.js';

/** Full text over some offerings. Built whole: that takes less time than keeping it right piece by piece. */
export class TextSearch {
  private readonly entries: ReadonlyMap<string, Entry>;
  private readonly index: MiniSearch<{ id: string; words: string }>;
  constructor(entries: ReadonlyMap<string, Entry>) {
    this.entries = entries;
    this.index = new MiniSearch({ idField: 'id', fields: ['words'], tokenize, processTerm: (t) => t });
    this.index.addAll([...entries.values()].map((e) => ({ id: e.id, words: [...e.words].join(' ') })));
  }
  /** Ids of offerings that have all words, each with its rank. */
  find(words: readonly string[]): Map<string, number> {
    const ranks = new Map<string, number>();
    const results = this.index.search(words.join(' '), { combineWith: 'AND', prefix: matchesPrefixes, fuzzy: fuzziness });
    for (const r of results) {
      const entry = this.entries.get(String(r.id));
      if (entry) ranks.set(entry.id, rank(words, new Set(r.terms), entry));
    }
    return ranks;
  }
}
