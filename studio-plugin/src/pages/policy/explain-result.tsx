import { Link } from '@tanstack/react-router';
import type { Explanation } from '#core/routing/explain/schema.js';
import { Empty } from '../../kit/empty.js';
import { Facts } from '../../kit/facts.js';
import { moneyText } from '../../kit/money.js';
import { count, millis } from '../../kit/numbers.js';
import { type Column, Table } from '../../kit/table.js';
import { useKeyNames } from '../requests/use-key-names.js';
import { STRATEGY_WORDS } from '../routing/strategies.js';
import { needsText } from './needs-text.js';

type Choice = Explanation['order'][number] & { place: number };

/** Who would be tried in which order and why, who would not, and which limits would count the call. */
export function ExplainResult({ explanation: e, environment }: { explanation: Explanation; environment: string }) {
  const { nameOf } = useKeyNames();
  const deployment = (name: string) => (
    <Link to="/deployments/$environment/$name" params={{ environment, name }} className="amh-link">
      {name}
    </Link>
  );
  const order: readonly Column<Choice>[] = [
    { key: 'place', label: 'Place', cell: (c) => c.place },
    { key: 'deployment', label: 'Deployment', cell: (c) => deployment(c.deployment) },
    {
      key: 'model',
      label: 'Model',
      cell: (c) => (
        <span className="amh-cell-name">
          <span className="amh-mono">{c.model}</span>
          <span className="amh-muted">{c.provider}</span>
        </span>
      ),
      wideOnly: true,
    },
    { key: 'reason', label: 'Why there', cell: (c) => <span className="amh-cell-name">{c.reason}</span> },
    { key: 'score', label: 'Score', align: 'right', cell: (c) => scoreText(e.strategy, c.score), wideOnly: true },
  ];
  return (
    <div className="amh-stack" role="region" aria-label="Explanation" aria-live="polite">
      <p className="amh-text">
        {e.deployment === null ? 'Nothing can take this call.' : <>The call would go to {deployment(e.deployment)}</>}
        {e.deployment !== null &&
          `, by the strategy ${STRATEGY_WORDS[e.strategy].word}${e.rule === null ? '' : ` under the rule “${e.rule}”`}.`}
      </p>
      {e.order.length > 0 && (
        <Table
          caption="In the order in which they would be tried"
          columns={order}
          rows={e.order.map((c, i) => ({ ...c, place: i + 1 }))}
          rowKey={(c) => `${c.place} ${c.revision}`}
        />
      )}
      <h3 className="amh-h3">Left out</h3>
      {e.excluded.length === 0 ? (
        <p className="amh-text amh-muted">Nobody.</p>
      ) : (
        <Table
          caption="Left out, and why"
          columns={[
            { key: 'deployment', label: 'Deployment', cell: (x) => deployment(x.deployment) },
            { key: 'message', label: 'Why', cell: (x) => <span className="amh-cell-name">{x.message}</span> },
            { key: 'code', label: 'Code', cell: (x) => <span className="amh-mono">{x.code}</span>, wideOnly: true },
          ]}
          rows={e.excluded}
          rowKey={(x) => `${x.deployment} ${x.revision ?? ''} ${x.code}`}
        />
      )}
      {e.needs && <Facts items={[['The call needs', needsText(e.needs)]]} />}
      <h3 className="amh-h3">Limits that would count it</h3>
      {e.limits.length === 0 ? (
        <Empty kind="nothing-yet" title="No limit counts this call" />
      ) : (
        <Table
          caption="Limits that would count the call"
          columns={[
            { key: 'name', label: 'Limit', cell: (l) => l.name },
            {
              key: 'subject',
              label: 'Counts',
              cell: (l) => <span className="amh-cell-name">{`${l.per} ${l.per === 'key' ? nameOf(l.subject) : l.subject}`}</span>,
            },
            {
              key: 'amount',
              label: 'In force',
              align: 'right',
              cell: (l) =>
                `${count(l.inForce)} ${l.unit}${l.window === null ? '' : ` a ${l.window}`}${l.inForce === l.amount ? '' : `, of ${count(l.amount)}`}`,
            },
            {
              key: 'left',
              label: 'Left',
              align: 'right',
              cell: (l) => (l.left === null ? <span className="amh-muted">no data</span> : count(l.left)),
            },
          ]}
          rows={e.limits}
          rowKey={(l) => `${l.name} ${l.subject}`}
        />
      )}
    </div>
  );
}

/** A score is in the unit of the strategy; lower is better. */
function scoreText(strategy: Explanation['strategy'], score: number | null) {
  if (score === null) return <span className="amh-muted">none</span>;
  if (strategy === 'least-latency') return millis(score);
  if (strategy === 'lowest-cost') return moneyText(Math.round(score));
  return score >= 1000 ? count(Math.round(score)) : Number(score.toPrecision(4)).toString();
}
