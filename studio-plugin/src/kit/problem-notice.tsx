import { ProblemError } from '../client/index.js';
import { Button } from './button.js';
import { errorText } from './error-text.js';
import { Notice } from './notice.js';

/**
 * What happened, to what, and what to do. `shown` are field paths that a form shows at their fields already.
 */
export function ProblemNotice({
  error,
  onRetry,
  shown = [],
}: {
  error: unknown;
  onRetry?: (() => void) | undefined;
  shown?: readonly string[];
}) {
  const { title, detail } = errorText(error);
  const rest = error instanceof ProblemError ? error.errors.filter((e) => !shown.includes(e.path)) : [];
  return (
    <Notice tone="bad" title={title} role="alert">
      <p className="amh-text">{detail}</p>
      {rest.length > 0 && (
        <ul className="amh-list amh-small">
          {rest.map((e) => (
            <li key={`${e.path} ${e.message}`}>
              <span className="amh-mono">{e.path}</span>: {e.message}
            </li>
          ))}
        </ul>
      )}
      {error instanceof ProblemError && error.problem.instance !== undefined && (
        <p className="amh-text amh-small amh-muted">
          Request <span className="amh-mono">{error.problem.instance}</span>
        </p>
      )}
      {onRetry && (
        <div className="amh-row">
          <Button onClick={onRetry}>Try again</Button>
        </div>
      )}
    </Notice>
  );
}
