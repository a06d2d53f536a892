import type { DeploymentAnswer } from '#core/deployment/schema.js';
import { CodeBlock } from '../../kit/code-block.js';
import { Duration } from '../../kit/duration.js';
import { Notice } from '../../kit/notice.js';
import { Section } from '../../kit/section.js';
import { Status } from '../../kit/status.js';
import { OUTCOME_STATUS, STEP_STATUS, statusOf } from '../../kit/status-words.js';
import { revisionBy } from './view.js';
import './deployment.css';

/** The running or the last rollout, step by step, with what went wrong. */
export function RolloutSteps({ deployment: d }: { deployment: DeploymentAnswer }) {
  const r = d.rollout;
  if (!r) return null;
  const to = revisionBy(d, r.to);
  const from = revisionBy(d, r.from);
  const title = `${r.kind === 'rollback' ? 'Rollback' : 'Rollout'} to r${to?.number ?? '?'}${from ? ` from r${from.number}` : ''}`;
  return (
    <Section
      title={title}
      actions={
        <span className="amh-row">
          <Status {...statusOf(OUTCOME_STATUS, r.outcome)} />
          <span className="amh-muted">
            <Duration from={r.startedAt} to={r.endedAt} />
          </span>
        </span>
      }
    >
      <ol className="amh-list amh-steps" aria-label={`Steps of the ${r.kind}`}>
        {r.steps.map((s) => (
          <li key={s.name} className="amh-step" data-state={s.state} aria-current={s.state === 'running' ? 'step' : undefined}>
            <span className="amh-step-name">{s.name}</span>
            <Status {...statusOf(STEP_STATUS, s.state)} />
            <span className="amh-step-time amh-muted">
              {s.startedAt === undefined || s.state === 'skipped' ? null : <Duration from={s.startedAt} to={s.endedAt} />}
            </span>
            <span className="amh-step-detail amh-muted">{s.detail}</span>
          </li>
        ))}
      </ol>
      {r.error && (
        <Notice tone="bad" title={`${r.error.step} failed: ${r.error.message}`}>
          <p className="amh-text amh-small amh-muted">
            Code <span className="amh-mono">{r.error.code}</span>.{' '}
            {d.stable === undefined ? 'Nothing serves.' : `r${revisionBy(d, d.stable)?.number ?? '?'} goes on serving.`}
          </p>
        </Notice>
      )}
      {r.error?.logTail !== undefined && <CodeBlock label="log tail" code={r.error.logTail} />}
    </Section>
  );
}
