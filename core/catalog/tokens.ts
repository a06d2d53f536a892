/**
 * Words of a text: lower case, letters apart from digits, so that `gpt5`, `gpt-5` and `GPT 5` are the same two words and
 * a typo in a name never changes a number.
 */
export function tokenize(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/\p{L}+|\p{N}+/gu) ?? []
  );
}

/** A word of the tokenizer is all digits or all letters; no script has letters before '9' and after '0'. */
export const isNumber = (word: string): boolean => (word >= '0' && word < ':') || /^\p{N}/u.test(word);

/** Edits that a word may be off: short ones and numbers none, for nearly everything is near to them. */
export const fuzziness = (word: string): number => (isNumber(word) || word.length < 4 ? 0 : word.length < 8 ? 1 : 2);

/** `4` is not the beginning of `405`; one letter is the beginning of everything, and counts only while nothing else is typed. */
export const matchesPrefixes = (word: string, _index = 0, words: readonly string[] = []): boolean =>
  !isNumber(word) && (word.length > 1 || words.length === 1);
