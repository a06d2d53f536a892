import { Link } from '@tanstack/react-router';
import type { ModelDetail } from '#core/catalog/schema.js';
import { Empty } from '../../kit/empty.js';
import { Section } from '../../kit/section.js';
import { Status } from '../../kit/status.js';
import { PHASE_STATUS, statusOf } from '../../kit/status-words.js';
import { Table } from '../../kit/table.js';
import { Price } from '../catalog/price.js';

/** Where the model is used and by whom else it is offered. */
export function ModelLinks({ model }: { model: ModelDetail }) {
  return (
    <>
      <Section title="Deployments">
        {model.deployments.length === 0 ? (
          <Empty kind="nothing-yet" title="No deployment uses this model" />
        ) : (
          <Table
            caption="Deployments of this model"
            columns={[
              {
                key: 'name',
                label: 'Deployment',
                cell: (d) => (
                  <Link to="/deployments/$environment/$name" params={d} className="amh-link">
                    {d.name}
                  </Link>
                ),
              },
              { key: 'environment', label: 'Environment', cell: (d) => d.environment },
              { key: 'phase', label: 'Phase', cell: (d) => <Status {...statusOf(PHASE_STATUS, d.phase)} /> },
            ]}
            rows={model.deployments}
            rowKey={(d) => `${d.environment}/${d.name}`}
          />
        )}
      </Section>
      <Section title="Connections">
        {model.connections.length === 0 ? (
          <Empty
            kind="not-connected"
            title={`No connection reaches ${model.providerName}`}
            action={
              <Link to="/connections" className="amh-link">
                Go to the connections
              </Link>
            }
          >
            {model.targets.includes('hosted')
              ? 'A hosted deployment needs one; the deploy dialog can add it.'
              : 'None is needed: this model runs locally.'}
          </Empty>
        ) : (
          <Table
            caption="Connections that can serve this model"
            columns={[
              {
                key: 'name',
                label: 'Connection',
                cell: (c) => (
                  <Link to="/connections/$name" params={{ name: c.name }} className="amh-link">
                    {c.name}
                  </Link>
                ),
              },
              { key: 'kind', label: 'Kind', cell: (c) => c.kind },
            ]}
            rows={model.connections}
            rowKey={(c) => c.id}
          />
        )}
      </Section>
      {model.offerings.length > 0 && (
        <Section title="Other offerings of the same model">
          <Table
            caption="Other offerings"
            columns={[
              {
                key: 'id',
                label: 'Offering',
                cell: (o) => (
                  <Link to="/models/$id" params={{ id: o.id }} className="amh-link">
                    {o.id}
                  </Link>
                ),
              },
              { key: 'provider', label: 'Provider', cell: (o) => o.providerName, wideOnly: true },
              {
                key: 'input',
                label: 'Input $/M',
                align: 'right',
                cell: (o) => <Price nano={o.prices?.input} unpriced={o.prices === null} />,
              },
              {
                key: 'output',
                label: 'Output $/M',
                align: 'right',
                cell: (o) => <Price nano={o.prices?.output} unpriced={o.prices === null} />,
              },
            ]}
            rows={model.offerings}
            rowKey={(o) => o.id}
          />
        </Section>
      )}
    </>
  );
}
