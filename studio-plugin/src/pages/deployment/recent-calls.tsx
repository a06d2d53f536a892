import { Link } from '@tanstack/react-router';
import type { DeploymentAnswer } from '#core/deployment/schema.js';
import type { UsageEvent } from '#core/metric/schema.js';
import { useCall } from '../../app/use-call.js';
import { useMay } from '../../app/use-me.js';
import { Empty } from '../../kit/empty.js';
import { millis } from '../../kit/numbers.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Section } from '../../kit/section.js';
import { Status } from '../../kit/status.js';
import { CALL_STATUS, statusOf } from '../../kit/status-words.js';
import { type Column, Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { Cost, TokenCount } from '../requests/cost.js';
import { revisionBy } from './view.js';

const nobody = <span className="amh-muted">not said</span>;

/** The last calls that the gateway has answered for this deployment. */
export function RecentCalls({ deployment: d }: { deployment: DeploymentAnswer }) {
  const may = useMay()('usage:read');
  const { data, error, refetch } = useCall(
    'usage.list',
    { query: { environment: d.environment, deployment: d.name, limit: 20 } },
    { enabled: may, refetchInterval: 5000 },
  );
  if (!may) return null;
  const columns: Column<UsageEvent>[] = [
    { key: 'at', label: 'When', cell: (e) => <When event={e} /> },
    { key: 'status', label: 'Status', cell: (e) => <CallState event={e} /> },
    { key: 'revision', label: 'Revision', cell: (e) => `r${revisionBy(d, e.revision)?.number ?? '?'}` },
    {
      key: 'operation',
      label: 'Call',
      cell: (e) => `${e.operation}${e.stream ? ', streamed' : ''}${e.purpose === 'user' ? '' : `, ${e.purpose}`}`,
      wideOnly: true,
    },
    { key: 'in', label: 'Tokens in', align: 'right', cell: (e) => <TokenCount event={e} side="input" /> },
    { key: 'out', label: 'Tokens out', align: 'right', cell: (e) => <TokenCount event={e} side="output" /> },
    { key: 'cost', label: 'Cost', align: 'right', cell: (e) => <Cost event={e} /> },
    { key: 'latency', label: 'Took', align: 'right', cell: (e) => (e.latencyMs === null ? nobody : millis(e.latencyMs)) },
  ];
  return (
    <Section
      title="Latest calls"
      actions={
        <Link to="/requests" search={{ environment: d.environment, deployment: d.name }} className="amh-link">
          Show all requests
        </Link>
      }
    >
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {data && data.events.length === 0 && <Empty kind="nothing-yet" title="Nobody has called it yet" />}
      {data && data.events.length > 0 && <Table caption="Latest calls" columns={columns} rows={data.events} rowKey={(e) => e.id} />}
    </Section>
  );
}

function When({ event: e }: { event: UsageEvent }) {
  return (
    <Link to="/requests/$id" params={{ id: e.id }} className="amh-link">
      <Time iso={e.at} />
      <span className="amh-hidden">, request {e.id}</span>
    </Link>
  );
}
function CallState({ event: e }: { event: UsageEvent }) {
  return (
    <span className="amh-cell-name">
      <Status {...statusOf(CALL_STATUS, e.status)} />
      {e.error !== null && <span className="amh-small amh-muted">{e.error}</span>}
    </span>
  );
}
