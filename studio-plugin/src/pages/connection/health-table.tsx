import { Link } from '@tanstack/react-router';
import type { ConnectionHealth } from '#core/connection/schema.js';
import { Empty } from '../../kit/empty.js';
import { count, millis } from '../../kit/numbers.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Section } from '../../kit/section.js';
import { Skeleton } from '../../kit/skeleton.js';
import { Status } from '../../kit/status.js';
import { BREAKER_STATUS, statusOf } from '../../kit/status-words.js';
import { type Column, Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { useHealth } from '../connections/use-health.js';

const none = <span className="amh-muted">no data</span>;

const COLUMNS: readonly Column<ConnectionHealth>[] = [
  {
    key: 'model',
    label: 'Model',
    cell: (h) => (
      <span className="amh-cell-name">
        <Link to="/models/$id" params={{ id: h.modelId }} className="amh-link">
          {h.modelId}
        </Link>
      </span>
    ),
  },
  {
    key: 'breaker',
    label: 'Breaker',
    cell: (h) => (
      <span className="amh-cell-name">
        <Status {...statusOf(BREAKER_STATUS, h.breaker)} />
        {h.reason !== null && <span className="amh-small amh-muted">{h.reason}</span>}
        {h.openUntil !== null && (
          <span className="amh-small amh-muted">
            one call is let through <Time iso={h.openUntil} />
          </span>
        )}
      </span>
    ),
  },
  { key: 'latency', label: 'Usual answer', align: 'right', cell: (h) => (h.latencyMs === null ? none : millis(h.latencyMs)) },
  { key: 'errors', label: 'Failed', align: 'right', cell: (h) => (h.errorRate === null ? none : `${(h.errorRate * 100).toFixed(1)} %`) },
  { key: 'n', label: 'n', align: 'right', cell: (h) => count(h.n) },
];

/** Breaker, time and failures by model, as one gateway has seen them since it started. */
export function HealthTable({ name }: { name: string }) {
  const { data, error, refetch } = useHealth(name);
  return (
    <Section title="Health by model">
      <p className="amh-text amh-small amh-muted">
        As the gateway has seen it since it started; recent calls count more. An open breaker keeps calls away until its time is over.
      </p>
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton rows={3} label="Loading health" />}
      {data && data.health.length === 0 && (
        <Empty kind="nothing-yet" title="No call has gone through this connection yet">
          Its first call through a deployment begins the record.
        </Empty>
      )}
      {data && data.health.length > 0 && <Table caption="Health by model" columns={COLUMNS} rows={data.health} rowKey={(h) => h.modelId} />}
    </Section>
  );
}
