import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useMe } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { Empty } from '../../kit/empty.js';
import { count } from '../../kit/numbers.js';
import { Page } from '../../kit/page.js';
import { Pager } from '../../kit/pager.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { CatalogTable } from './catalog-table.js';
import { FacetRail } from './facet-rail.js';
import type { CatalogSearch } from './search.js';
import { SearchBox } from './search-box.js';
import { CATALOG_LIMIT, useCatalog } from './use-catalog.js';
import './catalog.css';

const route = getRouteApi('/inside/models');

export function CatalogPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, isPlaceholderData, refetch } = useCatalog(search);
  const [open, setOpen] = useState(false);
  const { data: me } = useMe();
  // typing replaces the entry of the history, a click on a filter adds one
  const patch = useCallback(
    (change: Partial<CatalogSearch>, replace = false) =>
      void navigate({ search: (before) => ({ ...before, page: undefined, ...change }), replace, resetScroll: false }),
    [navigate],
  );
  const onSearch = useCallback((q: string) => patch({ q: q === '' ? undefined : q, sort: undefined, order: undefined }, true), [patch]);
  const filtered = Object.entries(search).some(([k, v]) => v !== undefined && !['page', 'sort', 'order'].includes(k));
  const clear = (
    <Button onClick={() => void navigate({ search: {} })} look="quiet">
      Clear all filters
    </Button>
  );
  return (
    <Page title="Models" {...(me ? { scope: me.scope === '' ? me.tenantName : me.scope } : {})}>
      <div className="amh-catalog">
        <aside className="amh-catalog-rail" aria-label="Filters">
          <Button className="amh-catalog-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide filters' : 'Show filters'}
          </Button>
          <div className="amh-catalog-facets" data-open={open || undefined}>
            <FacetRail search={search} facets={data?.filters.facets} onChange={patch} />
          </div>
        </aside>
        <div className="amh-stack">
          <SearchBox label="Search models by name, provider or task" value={search.q ?? ''} onSearch={onSearch} />
          <div className="amh-row amh-row-apart">
            <p className="amh-text amh-muted amh-num" role="status">
              {data
                ? `${count(data.pagination.total)} ${data.pagination.total === 1 ? 'model' : 'models'}${filtered ? ' match' : ''}`
                : 'Loading models'}
            </p>
            {filtered && clear}
          </div>
          {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
          {!data && !error && <Skeleton rows={12} label="Loading models" />}
          {data && data.models.length > 0 && (
            <>
              <CatalogTable
                models={data.models}
                search={search}
                busy={isPlaceholderData}
                onSort={(sort, order) => patch({ sort, order })}
              />
              <Pager
                what="models"
                page={search.page ?? 1}
                limit={CATALOG_LIMIT}
                total={data.pagination.total}
                onPage={(page) => void navigate({ search: (before) => ({ ...before, page: page === 1 ? undefined : page }) })}
              />
            </>
          )}
          {data && data.models.length === 0 && (filtered || (search.page ?? 1) > 1) && (
            <Empty kind="filtered-out" title="No model matches all of these filters" action={clear}>
              Remove a filter or search for less. Models without a price never match a price limit.
            </Empty>
          )}
          {data && data.models.length === 0 && !filtered && (search.page ?? 1) === 1 && (
            <Empty kind="nothing-yet" title="The catalog is empty">
              The first start of the hub fills it. Run the import again, or register a model of your own through the API.
            </Empty>
          )}
        </div>
      </div>
    </Page>
  );
}
