import type { ReactNode } from 'react';
import './table.css';

export interface Column<Row> {
  key: string;
  label: string;
  cell: (row: Row) => ReactNode;
  align?: 'right';
  /** left out on narrow screens, where the row's own page shows it */
  wideOnly?: boolean;
  /** sort control or the like in place of the plain label */
  head?: ReactNode;
  sorted?: 'ascending' | 'descending' | undefined;
}
interface Props<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  busy?: boolean;
}

/** The table of every list. It scrolls in itself, so that a wide one does not push the page. */
export function Table<Row>({ caption, columns, rows, rowKey, busy = false }: Props<Row>) {
  return (
    <div className="amh-table-box" role="group" aria-label={caption} tabIndex={0} aria-busy={busy || undefined}>
      <table className="amh-table">
        <caption className="amh-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.key} scope="col" className={cellClass(c)} aria-sort={c.sorted}>
                {c.head ?? c.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((c, i) =>
                i === 0 ? (
                  <th key={c.key} scope="row" className={cellClass(c)}>
                    {c.cell(row)}
                  </th>
                ) : (
                  <td key={c.key} className={cellClass(c)}>
                    {c.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const cellClass = (c: { align?: 'right'; wideOnly?: boolean }): string =>
  `amh-cell${c.align === 'right' ? ' amh-cell-right amh-num' : ''}${c.wideOnly ? ' amh-cell-wide' : ''}`;
