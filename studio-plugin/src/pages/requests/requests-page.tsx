import { getRouteApi, Link } from '@tanstack/react-router';
import { useForbidden, useMay, useMe } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { Empty } from '../../kit/empty.js';
import { Select } from '../../kit/input.js';
import { count } from '../../kit/numbers.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { Time } from '../../kit/time.js';
import { RequestsFilter } from './requests-filter.js';
import { RequestsTable } from './requests-table.js';
import { isFiltered, type RequestsSearch } from './search.js';
import { useKeyNames } from './use-key-names.js';
import { useRequests } from './use-requests.js';

const route = getRouteApi('/inside/requests');
const REFRESH = [
  ['', 'Refresh by hand'],
  ['5', 'Refresh every 5 s'],
  ['30', 'Refresh every 30 s'],
] as const;

export function RequestsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useMe();
  const may = useMay()('usage:read');
  const forbidden = useForbidden();
  const { keys, nameOf } = useKeyNames();
  const pages = useRequests(search, may);
  const patch = (change: Partial<RequestsSearch>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), resetScroll: false, replace: true });
  const filtered = isFiltered(search);
  const clear = (
    <Button look="quiet" onClick={() => void navigate({ search: search.refresh === undefined ? {} : { refresh: search.refresh } })}>
      Clear all filters
    </Button>
  );
  if (!may)
    return (
      <Page title="Requests">
        <Empty kind="no-permission" title="Your key may not read the request log">
          {forbidden('usage:read')}
        </Empty>
      </Page>
    );
  const events = pages.data?.pages.flatMap((p) => p.events) ?? [];
  return (
    <Page
      title="Requests"
      {...(me ? { scope: me.scope === '' ? me.tenantName : me.scope } : {})}
      actions={
        <div className="amh-row">
          <span>
            <Select
              aria-label="Refresh"
              value={search.refresh ?? ''}
              options={REFRESH}
              onText={(v) => patch({ refresh: v === '5' || v === '30' ? v : undefined })}
            />
          </span>
          <Button busy={pages.isRefetching} onClick={() => void pages.refetch()}>
            Refresh requests
          </Button>
        </div>
      }
    >
      <div className="amh-stack">
        <RequestsFilter search={search} environments={me?.environments ?? []} keys={keys} onChange={patch} />
        <div className="amh-row amh-row-apart">
          <p className="amh-text amh-muted amh-num">
            {pages.data ? (
              <>
                {count(events.length)} {pages.hasNextPage ? 'newest shown' : events.length === 1 ? 'request' : 'requests'}
                {filtered && ' that match'}, read <Time iso={new Date(pages.dataUpdatedAt).toISOString()} />
              </>
            ) : (
              'Loading requests'
            )}
          </p>
          {filtered && clear}
        </div>
        {pages.error && <ProblemNotice error={pages.error} onRetry={() => void pages.refetch()} />}
        {!pages.data && !pages.error && <Skeleton rows={8} label="Loading requests" />}
        {events.length > 0 && <RequestsTable events={events} keyName={nameOf} busy={pages.isRefetching} />}
        {pages.data && events.length === 0 && filtered && (
          <Empty kind="filtered-out" title="No request matches these filters" action={clear} />
        )}
        {pages.data && events.length === 0 && !filtered && (
          <Empty
            kind="nothing-yet"
            title="Nobody has called a model yet"
            action={
              <Link to="/playground" className="amh-link">
                Try a deployment in the playground
              </Link>
            }
          >
            Every call through the gateway is one entry here, with its tokens and its cost; prompts and answers are never kept.
          </Empty>
        )}
        {pages.hasNextPage && (
          <div className="amh-row">
            <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              Load older requests
            </Button>
          </div>
        )}
      </div>
    </Page>
  );
}
