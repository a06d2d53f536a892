import { Button } from './button.js';
import { count } from './numbers.js';

/** `51–100 of 5,216` with both directions. */
export function Pager({
  page,
  limit,
  total,
  onPage,
  what,
}: {
  page: number;
  limit: number;
  total: number;
  onPage: (page: number) => void;
  what: string;
}) {
  const last = Math.max(1, Math.ceil(total / limit));
  const from = Math.min(total, (page - 1) * limit + 1);
  return (
    <nav className="amh-row" aria-label={`Pages of ${what}`}>
      <span className="amh-num amh-muted">
        {count(from)}–{count(Math.min(total, page * limit))} of {count(total)}
      </span>
      <Button onClick={() => onPage(page - 1)} blocked={page <= 1 ? 'This is the first page' : undefined}>
        Previous page
      </Button>
      <Button onClick={() => onPage(page + 1)} blocked={page >= last ? 'This is the last page' : undefined}>
        Next page
      </Button>
    </nav>
  );
}
