import type { ReactNode } from 'react';
import './field.css';

export function Checkbox({
  checked,
  onChange,
  children,
  note,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
  note?: ReactNode;
}) {
  return (
    <label className="amh-check">
      <input type="checkbox" className="amh-checkbox" checked={checked} onChange={(e) => onChange(e.target.checked)} />
      <span className="amh-check-text">{children}</span>
      {note !== undefined && <span className="amh-check-note amh-num">{note}</span>}
    </label>
  );
}
