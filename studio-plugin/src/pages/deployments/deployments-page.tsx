import { getRouteApi, Link } from '@tanstack/react-router';
import { useCall } from '../../app/use-call.js';
import { useLiveTopic, usePolling } from '../../app/use-live.js';
import { useMe } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { Empty } from '../../kit/empty.js';
import { count } from '../../kit/numbers.js';
import { Page } from '../../kit/page.js';
import { Pager } from '../../kit/pager.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { DeploymentsFilter } from './deployments-filter.js';
import { DeploymentsTable } from './deployments-table.js';
import type { DeploymentsSearch } from './search.js';

const route = getRouteApi('/inside/deployments');
const LIMIT = 50;

export function DeploymentsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useMe();
  useLiveTopic('deployments', [['deployments.list']]);
  const { data, error, isPlaceholderData, refetch } = useCall(
    'deployments.list',
    { query: { ...search, page: search.page ?? 1, limit: LIMIT } },
    { keepPrevious: true, refetchInterval: usePolling() },
  );
  const patch = (change: Partial<DeploymentsSearch>): void =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...change }), resetScroll: false });
  const filtered = search.environment !== undefined || search.phase !== undefined || search.modelId !== undefined;
  const clear = (
    <Button look="quiet" onClick={() => void navigate({ search: {} })}>
      Clear all filters
    </Button>
  );
  const toModels = (
    <Link to="/models" className="amh-link">
      Choose a model to deploy
    </Link>
  );
  return (
    <Page title="Deployments" {...(me ? { scope: me.scope === '' ? me.tenantName : me.scope } : {})}>
      <div className="amh-stack">
        <DeploymentsFilter search={search} environments={me?.environments ?? []} onChange={patch} />
        <div className="amh-row amh-row-apart">
          <p className="amh-text amh-muted amh-num" role="status">
            {data
              ? `${count(data.pagination.total)} ${data.pagination.total === 1 ? 'deployment' : 'deployments'}${filtered ? ' match' : ''}`
              : 'Loading deployments'}
          </p>
          {filtered && clear}
        </div>
        {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Skeleton rows={6} label="Loading deployments" />}
        {data && data.deployments.length > 0 && <DeploymentsTable deployments={data.deployments} busy={isPlaceholderData} />}
        {data && data.pagination.total > LIMIT && (
          <Pager
            what="deployments"
            page={search.page ?? 1}
            limit={LIMIT}
            total={data.pagination.total}
            onPage={(page) => patch({ page })}
          />
        )}
        {data && data.deployments.length === 0 && filtered && (
          <Empty kind="filtered-out" title="No deployment matches these filters" action={clear} />
        )}
        {data && data.deployments.length === 0 && !filtered && (
          <Empty kind="nothing-yet" title="Nothing is deployed yet" action={toModels}>
            A deployment is a named endpoint that callers use as model.
          </Empty>
        )}
      </div>
    </Page>
  );
}
