import type { ConnectionCheck } from '#core/connection/schema.js';
import { count, millis } from '../../kit/numbers.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Status } from '../../kit/status.js';

const SHOWN = 12;

/** What the provider said to a check: that it works, or what to mend. */
export function CheckResult({ result, error }: { result: ConnectionCheck | undefined; error: unknown }) {
  if (error !== null && error !== undefined) return <ProblemNotice error={error} />;
  if (!result) return null;
  const { ok, message, models, ms } = result;
  return (
    <div className="amh-stack amh-stack-tight" role="status">
      <p className="amh-text">
        <Status name={ok ? 'live' : 'failed'} word={ok ? 'works' : 'does not work'} />
        {message !== undefined && ` ${message}`} <span className="amh-muted amh-num">The provider took {millis(ms)}, n 1.</span>
      </p>
      {models !== undefined && (
        <p className="amh-text amh-small amh-muted">
          {models.length === 0
            ? 'It names no model.'
            : `It names ${count(models.length)} ${models.length === 1 ? 'model' : 'models'}: ${models.slice(0, SHOWN).join(', ')}${models.length > SHOWN ? ', …' : ''}`}
        </p>
      )}
    </div>
  );
}
