import type { InputHTMLAttributes, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react';
import './field.css';

interface OnText {
  onText: (value: string) => void;
}
export function TextInput({ onText, className = '', ...rest }: InputHTMLAttributes<HTMLInputElement> & OnText) {
  return (
    <input autoComplete="off" spellCheck={false} {...rest} className={`amh-input ${className}`} onChange={(e) => onText(e.target.value)} />
  );
}
export function TextArea({ onText, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement> & OnText) {
  return <textarea spellCheck={false} {...rest} className="amh-input amh-textarea" onChange={(e) => onText(e.target.value)} />;
}
/** The browser's own select: the best one on touch screens and for screen readers. */
export function Select({
  onText,
  options,
  ...rest
}: SelectHTMLAttributes<HTMLSelectElement> & OnText & { options: readonly (readonly [string, string])[] }) {
  return (
    <span className="amh-select-box">
      <select {...rest} className="amh-input amh-select" onChange={(e) => onText(e.target.value)}>
        {options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </span>
  );
}
