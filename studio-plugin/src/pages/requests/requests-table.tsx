import { Link } from '@tanstack/react-router';
import type { UsageEvent } from '#core/metric/schema.js';
import { millis } from '../../kit/numbers.js';
import { Status } from '../../kit/status.js';
import { CALL_STATUS, statusOf } from '../../kit/status-words.js';
import { type Column, Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { Cost, TokenCount } from './cost.js';

const none = (text: string) => <span className="amh-muted">{text}</span>;
const time = (ms: number | null) => (ms === null ? none('no data') : millis(ms));

export function RequestsTable({
  events,
  keyName,
  busy,
}: {
  events: readonly UsageEvent[];
  keyName: (id: string) => string;
  busy: boolean;
}) {
  const columns: readonly Column<UsageEvent>[] = [
    {
      key: 'at',
      label: 'When',
      cell: (e) => (
        <Link to="/requests/$id" params={{ id: e.id }} className="amh-link">
          <Time iso={e.at} />
          <span className="amh-hidden">, request {e.id}</span>
        </Link>
      ),
    },
    {
      key: 'called',
      label: 'Called',
      cell: (e) => (
        <span className="amh-cell-name">
          <span>
            {e.policy !== null && `${e.policy} → `}
            {e.deployment} <span className="amh-muted">in {e.environment}</span>
          </span>
          <span className="amh-mono amh-muted">{e.modelId}</span>
        </span>
      ),
    },
    { key: 'status', label: 'Status', cell: (e) => <CallState event={e} /> },
    { key: 'latency', label: 'Took', align: 'right', cell: (e) => time(e.latencyMs) },
    { key: 'first', label: 'First byte', align: 'right', cell: (e) => time(e.firstByteMs), wideOnly: true },
    { key: 'in', label: 'Tokens in', align: 'right', cell: (e) => <TokenCount event={e} side="input" /> },
    { key: 'out', label: 'Tokens out', align: 'right', cell: (e) => <TokenCount event={e} side="output" /> },
    { key: 'cost', label: 'Cost', align: 'right', cell: (e) => <Cost event={e} /> },
    { key: 'tries', label: 'Tries', align: 'right', cell: (e) => e.attempts, wideOnly: true },
    {
      key: 'who',
      label: 'Key and user',
      cell: (e) => (
        <span className="amh-cell-name">
          <span className="amh-mono">{keyName(e.key)}</span>
          {e.user !== null && <span className="amh-muted">{e.user}</span>}
        </span>
      ),
      wideOnly: true,
    },
  ];
  return <Table caption="Requests, newest first" columns={columns} rows={events} rowKey={(e) => e.id} busy={busy} />;
}

function CallState({ event: e }: { event: UsageEvent }) {
  return (
    <span className="amh-cell-name">
      <Status {...statusOf(CALL_STATUS, e.status)} />
      {e.error !== null && <span className="amh-small amh-muted">{e.error}</span>}
    </span>
  );
}
