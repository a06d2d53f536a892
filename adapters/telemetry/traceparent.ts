import { randomBytes } from 'node:crypto';

/** Where a call stands in a trace of its caller (W3C Trace Context, level 1). */
export interface Parent {
  /** 32 and 16 lower-case hex digits, neither all zero */
  traceId: string;
  spanId: string;
  sampled: boolean;
}
const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Undefined for a header that is missing or not valid: then a trace of its own begins, as the standard says. */
export function parseTraceparent(header: string | undefined): Parent | undefined {
  const [, version, traceId, spanId, flags, more] = FORM.exec(header ?? '') ?? [];
  if (!version || !traceId || !spanId || !flags || version === 'ff') return undefined;
  if (version === '00' && more !== undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
export const traceparent = ({ traceId, spanId, sampled }: Parent): string => `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
/** `bytes` random bytes in hex; all zero does not happen in 8 bytes or more. */
export const randomId = (bytes: 8 | 16): string => randomBytes(bytes).toString('hex');
