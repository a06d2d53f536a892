import type { ReactNode } from 'react';
import { Button } from './button.js';
import './rows.css';

interface Props<T> {
  legend: string;
  /** what one row is, for the buttons: `candidate` */
  what: string;
  rows: readonly T[];
  onChange: (rows: T[]) => void;
  /** the row that `Add` appends */
  blank: T;
  most: number;
  /** order matters: rows can be moved, by button, so that it works without a pointer */
  ordered?: boolean;
  optional?: boolean;
  hint?: ReactNode;
  /** of the whole list */
  error?: string | undefined;
  children: (row: T, change: (patch: Partial<T>) => void, index: number) => ReactNode;
}

/** A list that is edited in place: each row is a group of fields with its own buttons. */
export function Rows<T extends object>({ legend, what, rows, onChange, blank, most, ordered, optional, hint, error, children }: Props<T>) {
  const move = (i: number, by: -1 | 1): void => {
    const next = [...rows];
    next.splice(i + by, 0, ...next.splice(i, 1));
    onChange(next);
  };
  return (
    <fieldset className="amh-fieldset amh-rows">
      <legend className="amh-field-label">
        {legend}
        {optional && <span className="amh-muted"> (optional)</span>}
      </legend>
      {hint !== undefined && <p className="amh-field-hint">{hint}</p>}
      {rows.map((row, i) => (
        // rows have no other identity than their place
        <div key={i} className="amh-rows-row" role="group" aria-label={`${what} ${i + 1}`}>
          <div className="amh-rows-fields">
            {children(row, (patch) => onChange(rows.map((r, j) => (j === i ? { ...r, ...patch } : r))), i)}
          </div>
          <div className="amh-row amh-rows-buttons">
            {ordered && (
              <>
                <Button
                  look="quiet"
                  blocked={i === 0 ? 'It is the first already.' : undefined}
                  onClick={() => move(i, -1)}
                  aria-label={`Move ${what} ${i + 1} up`}
                >
                  ↑
                </Button>
                <Button
                  look="quiet"
                  blocked={i === rows.length - 1 ? 'It is the last already.' : undefined}
                  onClick={() => move(i, 1)}
                  aria-label={`Move ${what} ${i + 1} down`}
                >
                  ↓
                </Button>
              </>
            )}
            <Button look="quiet" onClick={() => onChange(rows.filter((_, j) => j !== i))} aria-label={`Remove ${what} ${i + 1}`}>
              Remove
            </Button>
          </div>
        </div>
      ))}
      {error !== undefined && (
        <p className="amh-field-error">
          <span aria-hidden="true">✕</span> {error}
        </p>
      )}
      <div className="amh-row">
        <Button
          blocked={rows.length >= most ? `There can be ${most} at most.` : undefined}
          onClick={() => onChange([...rows, blank])}
        >{`Add ${what}`}</Button>
      </div>
    </fieldset>
  );
}
