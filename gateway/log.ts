/** One line of the gateway's own log; never a prompt, an answer, a key or a credential. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void;

let guarded = false;

/**
 * JSON lines on standard error. When that is a file on a full disk the line is lost and the gateway lives: without a listener the
 * first word about the full disk would end the process. What it says of itself then stands in `/readyz` and the metrics.
 */
export const stderrLog: Log = (level, message, fields) => {
  if (!guarded) {
    guarded = true;
    process.stderr.on('error', () => undefined);
  }
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level, part: 'gateway', message, ...fields })}\n`);
};

/** An error's text for the log, with its cause's. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` (${errorText(error.cause)})`;
  return `${error.message || error.name}${cause}`;
}
