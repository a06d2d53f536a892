interface Props {
  label: string;
  active: boolean;
  order: 'asc' | 'desc' | undefined;
  /** direction of the first press */
  first: 'asc' | 'desc';
  onSort: (order: 'asc' | 'desc') => void;
}
/** Column head that sorts; the direction is in the glyph and, for screen readers, in aria-sort of its cell. */
export function SortHead({ label, active, order, first, onSort }: Props) {
  const now = order ?? 'asc';
  return (
    <button type="button" className="amh-sort" onClick={() => onSort(active ? (now === 'asc' ? 'desc' : 'asc') : first)}>
      {label} <span aria-hidden="true">{active ? (now === 'asc' ? '▴' : '▾') : '↕'}</span>
    </button>
  );
}
