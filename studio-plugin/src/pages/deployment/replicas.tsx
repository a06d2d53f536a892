import { useState } from 'react';
import type { DeploymentAnswer, Replica } from '#core/deployment/schema.js';
import { useCall } from '../../app/use-call.js';
import { usePolling } from '../../app/use-live.js';
import { Button } from '../../kit/button.js';
import { Empty } from '../../kit/empty.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Section } from '../../kit/section.js';
import { Status } from '../../kit/status.js';
import { REPLICA_STATUS, statusOf } from '../../kit/status-words.js';
import { type Column, Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { LogDialog } from './log-dialog.js';
import { revisionBy } from './view.js';

interface Row {
  revision: string;
  replica: Replica;
}
/** Replicas as the target has them, which may differ from what was declared. Only local ones can be seen. */
export function Replicas({ deployment: d }: { deployment: DeploymentAnswer }) {
  const local = d.revisions.some((r) => r.spec.target.kind === 'local');
  const polling = usePolling();
  const moving = d.phase === 'rolling-out' || d.phase === 'retiring';
  const { data, error, refetch } = useCall(
    'deployments.replicas',
    { params: { environment: d.environment, name: d.name } },
    { enabled: local, refetchInterval: moving ? 2000 : polling === false ? 15_000 : polling },
  );
  const [log, setLog] = useState<string>();
  if (!local) return null;
  const rows: Row[] = Object.entries(data?.revisions ?? {}).flatMap(([digest, list]) =>
    list.map((replica) => ({ revision: `r${revisionBy(d, digest)?.number ?? '?'}`, replica })),
  );
  const columns: Column<Row>[] = [
    { key: 'name', label: 'Replica', cell: (r) => <span className="amh-mono">{r.replica.name}</span> },
    { key: 'revision', label: 'Revision', cell: (r) => r.revision },
    { key: 'state', label: 'State', cell: (r) => <Status {...statusOf(REPLICA_STATUS, r.replica.state)} /> },
    {
      key: 'endpoint',
      label: 'Address',
      cell: (r) => <span className="amh-mono">{r.replica.endpoint ?? 'none yet'}</span>,
      wideOnly: true,
    },
    { key: 'restarts', label: 'Restarts', align: 'right', cell: (r) => r.replica.restarts },
    { key: 'since', label: 'Since', align: 'right', cell: (r) => <Time iso={r.replica.since} />, wideOnly: true },
    {
      key: 'log',
      label: 'Log',
      cell: (r) => (
        <Button onClick={() => setLog(r.replica.name)} aria-label={`Show log of ${r.replica.name}`}>
          Show log
        </Button>
      ),
    },
  ];
  return (
    <Section title="Replicas">
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {data && !data.observed && (
        <Empty kind="error" title="The replicas cannot be seen now">
          {data.reason ?? 'The target does not answer.'}
        </Empty>
      )}
      {data?.observed && rows.length === 0 && <Empty kind="nothing-yet" title="No local replica runs" />}
      {rows.length > 0 && <Table caption="Replicas" columns={columns} rows={rows} rowKey={(r) => r.replica.name} />}
      {log !== undefined && <LogDialog environment={d.environment} name={d.name} replica={log} onClose={() => setLog(undefined)} />}
    </Section>
  );
}
