import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { AuditEntry } from '#core/audit/schema.js';
import { useHub } from '../../app/hub-context.js';
import { useForbidden, useMay } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { Empty } from '../../kit/empty.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { type Column, Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { SearchBox } from '../catalog/search-box.js';

const route = getRouteApi('/inside/audit');
const digest = (value: string | undefined) =>
  value === undefined ? (
    <span className="amh-muted">nothing</span>
  ) : (
    <span className="amh-mono" title={value}>
      {value.slice(0, 12)}
    </span>
  );

const COLUMNS: readonly Column<AuditEntry>[] = [
  { key: 'at', label: 'When', cell: (e) => <Time iso={e.at} /> },
  { key: 'actor', label: 'Who', cell: (e) => <span className="amh-mono">{e.actor}</span> },
  { key: 'action', label: 'What', cell: (e) => <span className="amh-mono">{e.action}</span> },
  { key: 'target', label: 'To what', cell: (e) => <span className="amh-cell-name amh-mono">{e.target}</span> },
  { key: 'note', label: 'Note', cell: (e) => e.note ?? <span className="amh-muted">none</span>, wideOnly: true },
  { key: 'before', label: 'Before', cell: (e) => digest(e.before), wideOnly: true },
  { key: 'after', label: 'After', cell: (e) => digest(e.after), wideOnly: true },
];

export function AuditPage() {
  const { target } = route.useSearch();
  const navigate = route.useNavigate();
  const { client } = useHub();
  const may = useMay()('audit:read');
  const forbidden = useForbidden();
  const pages = useInfiniteQuery({
    queryKey: ['audit.list', { target }],
    queryFn: ({ pageParam, signal }) =>
      client.call(
        'audit.list',
        { query: { limit: 50, ...(target === undefined ? {} : { target }), ...(pageParam === undefined ? {} : { cursor: pageParam }) } },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    enabled: may,
  });
  const onSearch = useCallback(
    (text: string) => void navigate({ search: { target: text === '' ? undefined : text }, replace: true }),
    [navigate],
  );
  const entries = pages.data?.pages.flatMap((p) => p.entries) ?? [];
  if (!may)
    return (
      <Page title="Audit">
        <Empty kind="no-permission" title="Your key may not read the audit trail">
          {forbidden('audit:read')}
        </Empty>
      </Page>
    );
  return (
    <Page title="Audit">
      <div className="amh-stack">
        <SearchBox label="Show one target only, as in deployment:production/support-chat" value={target ?? ''} onSearch={onSearch} />
        {pages.error && <ProblemNotice error={pages.error} onRetry={() => void pages.refetch()} />}
        {!pages.data && !pages.error && <Skeleton rows={8} label="Loading the audit trail" />}
        {pages.data && entries.length === 0 && (
          <Empty
            kind={target === undefined ? 'nothing-yet' : 'filtered-out'}
            title={target === undefined ? 'Nobody has changed anything yet' : `Nothing was done to ${target}`}
          />
        )}
        {entries.length > 0 && <Table caption="Changes, newest first" columns={COLUMNS} rows={entries} rowKey={(e) => e.id} />}
        {pages.hasNextPage && (
          <div className="amh-row">
            <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              Load older entries
            </Button>
          </div>
        )}
      </div>
    </Page>
  );
}
