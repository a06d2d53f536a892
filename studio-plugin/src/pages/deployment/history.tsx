import type { DeploymentAnswer, Rollout } from '#core/deployment/schema.js';
import { Duration } from '../../kit/duration.js';
import { Section } from '../../kit/section.js';
import { Status } from '../../kit/status.js';
import { OUTCOME_STATUS, statusOf } from '../../kit/status-words.js';
import { type Column, Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { revisionBy } from './view.js';

/** Rollouts that have ended, newest first. */
export function History({ deployment: d }: { deployment: DeploymentAnswer }) {
  if (d.history.length === 0) return null;
  const columns: Column<Rollout>[] = [
    {
      key: 'what',
      label: 'Rollout',
      cell: (r) => `${r.kind === 'rollback' ? 'Rollback' : 'Rollout'} to r${revisionBy(d, r.to)?.number ?? '?'}`,
    },
    { key: 'outcome', label: 'Outcome', cell: (r) => <Status {...statusOf(OUTCOME_STATUS, r.outcome)} /> },
    {
      key: 'why',
      label: 'Why',
      cell: (r) => (r.error ? `${r.error.step}: ${r.error.message}` : <span className="amh-muted">as asked</span>),
      wideOnly: true,
    },
    { key: 'by', label: 'By', cell: (r) => r.by, wideOnly: true },
    { key: 'started', label: 'Started', cell: (r) => <Time iso={r.startedAt} /> },
    { key: 'took', label: 'Took', align: 'right', cell: (r) => <Duration from={r.startedAt} to={r.endedAt} /> },
  ];
  return (
    <Section title="History">
      <Table caption="Rollouts, newest first" columns={columns} rows={d.history} rowKey={(r) => String(r.id)} />
    </Section>
  );
}
