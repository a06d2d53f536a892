import { Link } from '@tanstack/react-router';
import type { DeploymentView } from '#core/deployment/schema.js';
import { Status } from '../../kit/status.js';
import { PHASE_STATUS, statusOf } from '../../kit/status-words.js';
import { type Column, Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { nowServing, revisionBy } from '../deployment/view.js';

const COLUMNS: readonly Column<DeploymentView>[] = [
  {
    key: 'name',
    label: 'Deployment',
    cell: (d) => (
      <span className="amh-cell-name">
        <Link to="/deployments/$environment/$name" params={{ environment: d.environment, name: d.name }} className="amh-link">
          {d.name}
        </Link>
      </span>
    ),
  },
  { key: 'environment', label: 'Environment', cell: (d) => d.environment },
  {
    key: 'phase',
    label: 'Phase',
    cell: (d) => (
      <span className="amh-stack amh-stack-tight">
        <Status {...statusOf(PHASE_STATUS, d.phase)} />
        <Progress deployment={d} />
      </span>
    ),
  },
  { key: 'serving', label: 'Serving', cell: (d) => <Serving deployment={d} />, wideOnly: true },
  {
    key: 'target',
    label: 'Target',
    cell: (d) => nowServing(d)?.spec.target.kind ?? <span className="amh-muted">none</span>,
    wideOnly: true,
  },
  { key: 'since', label: 'Since', align: 'right', cell: (d) => <Time iso={d.phaseSince} /> },
];

export function DeploymentsTable({ deployments, busy }: { deployments: readonly DeploymentView[]; busy: boolean }) {
  return <Table caption="Deployments" columns={COLUMNS} rows={deployments} rowKey={(d) => `${d.environment}/${d.name}`} busy={busy} />;
}

/** Where a rollout stands, or in which step the last one failed. */
function Progress({ deployment: d }: { deployment: DeploymentView }) {
  const r = d.rollout;
  if (!r) return null;
  const to = revisionBy(d, r.to);
  if (r.error && d.phase === 'failed')
    return (
      <span className="amh-small amh-muted">
        in {r.error.step} of r{to?.number ?? '?'}
      </span>
    );
  if (r.outcome !== 'running') return null;
  const at = r.steps.findIndex((s) => s.state === 'running' || s.state === 'waiting');
  return (
    <span className="amh-small amh-muted amh-num">
      {r.steps[at]?.name ?? 'ending'}, step {at < 0 ? r.steps.length : at + 1} of {r.steps.length} to r{to?.number ?? '?'}
    </span>
  );
}

function Serving({ deployment }: { deployment: DeploymentView }) {
  const now = nowServing(deployment);
  if (!now) return <span className="amh-muted">nothing</span>;
  return (
    <span className="amh-cell-name">
      <span>
        r{now.number} {now.spec.modelVersion}
      </span>
      <span className="amh-mono amh-muted">{now.spec.modelId}</span>
    </span>
  );
}
