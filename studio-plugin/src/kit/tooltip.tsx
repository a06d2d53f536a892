import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement } from 'react';
import { useId } from 'react';
import { usePortal } from './portal.js';
import './tooltip.css';

/** A reason or an exact value: shown on hover and on focus, read out with the trigger. */
export function Tooltip({ text, children }: { text: string; children: ReactElement<Record<string, unknown>> }) {
  const container = usePortal();
  const id = useId();
  return (
    <Base.Root>
      <Base.Trigger delay={200} render={children} aria-describedby={id} />
      <span id={id} hidden>
        {text}
      </span>
      <Base.Portal container={container}>
        <Base.Positioner sideOffset={6} className="amh-float">
          <Base.Popup className="amh-tooltip">{text}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
