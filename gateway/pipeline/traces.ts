import type { IncomingHttpHeaders } from 'node:http';

/** W3C Trace Context: version, trace id, parent id, flags. */
const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/;

/** Which trace a call belongs to. */
export class CallTraces {
  /** The caller's trace id; null when it names none that is valid. */
  begin(headers: IncomingHttpHeaders): string | null {
    const { traceparent } = headers;
    return typeof traceparent === 'string' ? (TRACEPARENT.exec(traceparent)?.[1] ?? null) : null;
  }
  /** The header of one attempt; undefined: the caller's own goes on. */
  header(_trace: string | null, _attempt: number): string | undefined {
    return undefined;
  }
}
