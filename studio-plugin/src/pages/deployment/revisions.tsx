import { useState } from 'react';
import type { DeploymentAnswer, Revision } from '#core/deployment/schema.js';
import { useForbidden } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { Section } from '../../kit/section.js';
import { Status } from '../../kit/status.js';
import { PHASE_STATUS, REVISION_STATUS, statusOf } from '../../kit/status-words.js';
import { type Column, Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { textOf } from '../deploy/parameter-pairs.js';
import { RollbackDialog } from './rollback-dialog.js';
import { nowServing } from './view.js';

/** Every revision with what it is made of; each but the one that serves is a place to go back to. */
export function Revisions({ deployment: d }: { deployment: DeploymentAnswer }) {
  const [to, setTo] = useState<Revision>();
  const forbidden = useForbidden()('deployment:rollback');
  const now = nowServing(d);
  const blocked = (r: Revision): string | undefined => {
    if (forbidden) return forbidden;
    if (r.digest === now?.digest) return `r${r.number} is serving already.`;
    if (!d.legal.includes('rollback')) return `Not possible while ${d.name} is ${statusOf(PHASE_STATUS, d.phase).word}.`;
    return undefined;
  };
  const columns: Column<Revision>[] = [
    { key: 'number', label: 'Revision', cell: (r) => <span title={r.digest}>r{r.number}</span> },
    { key: 'state', label: 'State', cell: (r) => <RevisionState revision={r} serving={r.digest === now?.digest} /> },
    {
      key: 'model',
      label: 'Model',
      cell: (r) => (
        <span className="amh-cell-name">
          <span>{r.spec.modelVersion}</span>
          <span className="amh-mono amh-muted">{r.spec.modelId}</span>
        </span>
      ),
    },
    { key: 'target', label: 'Target', cell: (r) => `${r.spec.replicas} × ${r.spec.target.kind}`, wideOnly: true },
    { key: 'parameters', label: 'Parameters', cell: (r) => <Parameters values={r.spec.parameters} /> },
    { key: 'created', label: 'Created', cell: (r) => <Created revision={r} />, wideOnly: true },
    {
      key: 'action',
      label: 'Action',
      cell: (r) => (
        <Button blocked={blocked(r)} onClick={() => setTo(r)}>
          Roll back to r{r.number}
        </Button>
      ),
    },
  ];
  return (
    <Section title="Revisions">
      <Table caption="Revisions" columns={columns} rows={d.revisions} rowKey={(r) => r.digest} />
      {to && <RollbackDialog deployment={d} to={to} onClose={() => setTo(undefined)} />}
    </Section>
  );
}

function RevisionState({ revision: r, serving }: { revision: Revision; serving: boolean }) {
  return (
    <span className="amh-stack amh-stack-tight">
      <Status {...statusOf(REVISION_STATUS, r.state)} />
      {serving && <span className="amh-small amh-muted">100 % of traffic</span>}
      {r.drainAt !== undefined && (
        <span className="amh-small amh-muted">
          kept warm until <Time iso={r.drainAt} />
        </span>
      )}
    </span>
  );
}
function Parameters({ values }: { values: Record<string, unknown> }) {
  const entries = Object.entries(values);
  if (entries.length === 0) return <span className="amh-muted">none</span>;
  return (
    <span className="amh-mono">
      {entries.map(([key, value]) => (
        <span key={key} className="amh-param">
          {key} {textOf(value)}
        </span>
      ))}
    </span>
  );
}
function Created({ revision }: { revision: Revision }) {
  return (
    <>
      <Time iso={revision.createdAt} /> <span className="amh-muted">by {revision.createdBy}</span>
    </>
  );
}
