import { Link } from '@tanstack/react-router';
import type { CatalogModel } from '#core/catalog/schema.js';
import { short } from '../../kit/numbers.js';
import { Status } from '../../kit/status.js';
import { MODEL_STATUS, statusOf } from '../../kit/status-words.js';
import { type Column, Table } from '../../kit/table.js';
import { Price } from './price.js';
import type { CatalogSearch } from './search.js';
import { SortHead } from './sort-head.js';

interface Props {
  models: readonly CatalogModel[];
  search: CatalogSearch;
  onSort: (sort: NonNullable<CatalogSearch['sort']>, order: 'asc' | 'desc') => void;
  busy: boolean;
}
export function CatalogTable({ models, search, onSort, busy }: Props) {
  const sortable = (sort: NonNullable<CatalogSearch['sort']>, label: string, first: 'asc' | 'desc') => ({
    head: (
      <SortHead label={label} active={search.sort === sort} order={search.order} first={first} onSort={(order) => onSort(sort, order)} />
    ),
    sorted: search.sort === sort ? (search.order === 'desc' ? ('descending' as const) : ('ascending' as const)) : undefined,
  });
  const columns: Column<CatalogModel>[] = [
    { key: 'name', label: 'Model', cell: (m) => <ModelCell model={m} />, ...sortable('name', 'Model', 'asc') },
    { key: 'provider', label: 'Provider', cell: (m) => m.providerName, wideOnly: true },
    { key: 'type', label: 'Type', cell: (m) => m.modelType, wideOnly: true },
    {
      key: 'context',
      label: 'Context',
      align: 'right',
      cell: (m) => <Context tokens={m.contextWindow} />,
      ...sortable('context', 'Context', 'desc'),
    },
    {
      key: 'input',
      label: 'Input $/M',
      align: 'right',
      cell: (m) => <Price nano={m.prices?.input} unpriced={m.pricing === 'unpriced'} />,
      ...sortable('price', 'Input $/M', 'asc'),
    },
    {
      key: 'output',
      label: 'Output $/M',
      align: 'right',
      cell: (m) => <Price nano={m.prices?.output} unpriced={m.pricing === 'unpriced'} />,
    },
    {
      key: 'released',
      label: 'Released',
      align: 'right',
      cell: (m) => m.releasedOn ?? <span className="amh-muted">not said</span>,
      wideOnly: true,
      ...sortable('newest', 'Released', 'desc'),
    },
    { key: 'status', label: 'Status', cell: (m) => <Status {...statusOf(MODEL_STATUS, m.status)} /> },
  ];
  return <Table caption="Models" columns={columns} rows={models} rowKey={(m) => m.id} busy={busy} />;
}

function ModelCell({ model }: { model: CatalogModel }) {
  return (
    <span className="amh-cell-name">
      <Link to="/models/$id" params={{ id: model.id }} className="amh-link">
        {model.name}
      </Link>
      <span className="amh-mono amh-muted">{model.id}</span>
    </span>
  );
}
function Context({ tokens }: { tokens: number }) {
  return tokens === 0 ? <span className="amh-muted">not said</span> : <span title={`${tokens} tokens`}>{short(tokens)}</span>;
}
