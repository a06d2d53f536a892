import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Tooltip } from './tooltip.js';
import './button.css';

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  children: ReactNode;
  look?: 'plain' | 'primary' | 'danger' | 'quiet';
  /** why it cannot be used now; it stays reachable by keyboard, so that the reason can be read */
  blocked?: string | undefined;
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  children,
  look = 'plain',
  blocked,
  busy = false,
  onClick,
  type = 'button',
  className = '',
  ...rest
}: ButtonProps) {
  const off = blocked !== undefined || busy;
  const button = (
    <button
      {...rest}
      type={type}
      className={`amh-button amh-button-${look} ${className}`}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (off) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
    </button>
  );
  return blocked === undefined ? button : <Tooltip text={blocked}>{button}</Tooltip>;
}
