/** Shows warnings and errors of the parts' logs on the terminal while they run. */
import { logFile, logSize, readLines } from './log-file.js';

type Level = 'info' | 'warn' | 'error';

const MONGOD_LEVELS: Record<string, Level> = { W: 'warn', E: 'error', F: 'error' };

/** Level and text of one log line: JSON of ours, of Temporal or of mongod, or plain text. */
export function readLogLine(line: string): { readonly level: Level; readonly text: string } {
  if (line.startsWith('{')) {
    try {
      const entry = JSON.parse(line) as Record<string, unknown>;
      const named = typeof entry['level'] === 'string' ? entry['level'].toLowerCase() : '';
      const level: Level =
        named === 'error' || named === 'fatal'
          ? 'error'
          : named.startsWith('warn')
            ? 'warn'
            : (MONGOD_LEVELS[String(entry['s'])] ?? 'info');
      const detail = entry['error'] ?? entry['err'];
      const message = [entry['msg'], entry['message']].find((value) => typeof value === 'string') ?? line;
      return {
        level,
        text: detail === undefined ? message : `${message}: ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`,
      };
    } catch {
      return { level: 'info', text: line };
    }
  }
  if (/\b(ERROR|FATAL|panic|\w*Error):?\b/.test(line) && !/^\s+at /.test(line)) return { level: 'error', text: line };
  return { level: /\bWARN(ING)?\b/i.test(line) ? 'warn' : 'info', text: line };
}

/** Follows the log of one part; returns the function that ends it. */
export function watchLog(logDir: string, part: string, show: 'warn' | 'error', say: (line: string) => void): () => void {
  const file = logFile(logDir, part);
  let offset = logSize(file);
  const look = (): void => {
    const { lines, next } = readLines(file, offset);
    offset = next;
    for (const line of lines) {
      const { level, text } = readLogLine(line);
      if (level === 'error' || (level === 'warn' && show === 'warn')) say(`${part}: ${text.slice(0, 300)}`);
    }
  };
  const timer = setInterval(look, 400);
  return () => {
    clearInterval(timer);
    look();
  };
}
