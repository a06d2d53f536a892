/** A number in [0, 1) that depends on nothing but the arguments (the mixer of MurmurHash3). */
export function draw(seed: number, ...parts: readonly number[]): number {
  let h = seed | 0;
  for (const part of parts) h = mix(Math.imul(h, 31) ^ Math.imul(part | 0, 0x9e3779b1));
  return mix(h ^ 0x5bd1e995) / 2 ** 32;
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A text as a number (FNV-1a, 32 bits). */
export function textNumber(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
