import { getRouteApi, Link } from '@tanstack/react-router';
import type { PolicyView } from '#core/routing/contract.js';
import { useCall } from '../../app/use-call.js';
import { useLiveTopic, usePolling } from '../../app/use-live.js';
import { useForbidden, useMe } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { Empty } from '../../kit/empty.js';
import { Field } from '../../kit/field.js';
import { Select } from '../../kit/input.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { type Column, Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { STRATEGY_WORDS } from './strategies.js';

const route = getRouteApi('/inside/routing');

const COLUMNS: readonly Column<PolicyView>[] = [
  {
    key: 'name',
    label: 'Policy',
    cell: (p) => (
      <span className="amh-cell-name">
        <Link to="/routing/$environment/$name" params={{ environment: p.environment, name: p.name }} className="amh-link">
          {p.name}
        </Link>
        {p.description !== '' && <span className="amh-muted">{p.description}</span>}
      </span>
    ),
  },
  { key: 'environment', label: 'Environment', cell: (p) => p.environment },
  { key: 'strategy', label: 'Strategy', cell: (p) => STRATEGY_WORDS[p.strategy].word },
  { key: 'candidates', label: 'Candidates', cell: (p) => <Candidates policy={p} /> },
  { key: 'rules', label: 'Rules', align: 'right', cell: (p) => p.rules.length, wideOnly: true },
  { key: 'changed', label: 'Changed', cell: (p) => <Time iso={p.updatedAt} />, wideOnly: true },
];

export function RoutingPage() {
  const { environment } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useMe();
  useLiveTopic('routing', [['policies.list']]);
  const { data, error, refetch } = useCall(
    'policies.list',
    { query: environment === undefined ? {} : { environment } },
    { keepPrevious: true, refetchInterval: usePolling() },
  );
  const blocked = useForbidden()('routing:write');
  const search = environment === undefined ? {} : { environment };
  const add =
    blocked === undefined ? (
      <Link to="/routing/new" search={search} className="amh-button amh-button-primary">
        New policy
      </Link>
    ) : (
      <Button look="primary" blocked={blocked}>
        New policy
      </Button>
    );
  const known = [...new Set([...(me?.environments ?? []), ...(environment === undefined ? [] : [environment])])];
  return (
    <Page title="Routing" {...(me ? { scope: me.scope === '' ? me.tenantName : me.scope } : {})} actions={add}>
      <div className="amh-stack">
        <div className="amh-filter-row">
          <Field label="Environment">
            {(ids) => (
              <Select
                {...ids}
                value={environment ?? ''}
                options={[['', 'Any'], ...known.map((e) => [e, e] as const)]}
                onText={(v) => void navigate({ search: { environment: v === '' ? undefined : v }, resetScroll: false })}
              />
            )}
          </Field>
        </div>
        {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Skeleton rows={4} label="Loading policies" />}
        {data && data.policies.length > 0 && (
          <Table caption="Routing policies" columns={COLUMNS} rows={data.policies} rowKey={(p) => `${p.environment}/${p.name}`} />
        )}
        {data && data.policies.length === 0 && environment === undefined && (
          <Empty kind="nothing-yet" title="There is no routing policy yet" action={add}>
            A policy is a name that callers use as model and that stands for several deployments: by weight, price, speed, or rules.
          </Empty>
        )}
        {data && data.policies.length === 0 && environment !== undefined && (
          <Empty kind="filtered-out" title={`There is no routing policy in ${environment}`} action={add} />
        )}
      </div>
    </Page>
  );
}

function Candidates({ policy: p }: { policy: PolicyView }) {
  const total = p.candidates.reduce((sum, c) => sum + c.weight, 0);
  const share = (weight: number): string => (p.strategy === 'weighted' && total > 0 ? ` ${Math.round((weight / total) * 100)} %` : '');
  return (
    <span className="amh-cell-name">
      <span>{p.candidates.map((c) => `${c.deployment}${share(c.weight)}`).join(', ')}</span>
      {p.fallbacks.length > 0 && <span className="amh-muted">then {p.fallbacks.join(', ')}</span>}
    </span>
  );
}
