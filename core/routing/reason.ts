import type { Choice } from './plan.js';

const dollars = (nano: number): string => `$${(nano / 1e9).toPrecision(3).replace(/\.?0+$/, '')}`;

/** `812 ms × $0.0021 × 2.0 % errors × 8 % headroom`: what a person needs to see why; what does not speak is left out. */
export function figuresOf(c: Choice): string {
  const parts = [
    c.latencyMs === null ? 'latency unknown' : `${Math.round(c.latencyMs)} ms`,
    c.cost === null ? 'unpriced' : dollars(c.cost),
  ];
  if (c.errors >= 0.0005) parts.push(`${(c.errors * 100).toFixed(1)} % errors`);
  if (c.headroom < 1) parts.push(`${Math.round(c.headroom * 100)} % headroom`);
  return parts.join(' × ');
}

/** Why a candidate stands where it stands. Made only when somebody asks: the call itself carries the figures. */
export function reasonOf(c: Choice): string {
  const text = words(c);
  return c.probe ? `${text}; it was stopped, and this call is its probe` : text;
}

function words(c: Choice): string {
  switch (c.code) {
    case 'only':
      return 'the only one that can take this call';
    case 'weight':
      return 'drawn by weight';
    case 'written-order':
      return 'by the written order';
    case 'fastest':
      return `fastest: ${figuresOf(c)}`;
    case 'cheapest':
      return `cheapest: ${figuresOf(c)}`;
    case 'lower-of-two':
      return `lowest of two: ${figuresOf(c)}${c.against ? ` against ${c.against.id} with ${figuresOf(c.against)}` : ''}`;
    case 'explored':
      return `nothing was heard of it for a while, so this call looks: ${figuresOf(c)}`;
    case 'next':
      return `if those before it fail: ${figuresOf(c)}`;
    case 'fallback':
      return 'fallback';
  }
}
