import { type ReactNode, useId } from 'react';
import './field.css';

export interface FieldIds {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}
interface Props {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  children: (ids: FieldIds) => ReactNode;
}
/** Label, control, hint and error, tied together for assistive technology. */
export function Field({ label, hint, error, optional = false, children }: Props) {
  const id = useId();
  const described = [error === undefined ? '' : `${id}-error`, hint === undefined ? '' : `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div className="amh-field">
      <label htmlFor={id} className="amh-field-label">
        {label}
        {optional && <span className="amh-muted"> (optional)</span>}
      </label>
      {children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {error !== undefined && (
        <p id={`${id}-error`} className="amh-field-error">
          <span aria-hidden="true">✕</span> {error}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="amh-field-hint">
          {hint}
        </p>
      )}
    </div>
  );
}
