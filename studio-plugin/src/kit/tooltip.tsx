import { cloneElement, type KeyboardEvent, type ReactElement, useEffect, useId, useRef } from 'react';
import './tooltip.css';

const SHOW_MS = 200;
/** long enough to move the pointer onto the text */
const HIDE_MS = 120;
const GAP = 6;

/**
 * A reason or an exact value: shown on hover and on focus, left with Escape, read out with the trigger. The browser's own
 * popover: it stands above dialogs and is clipped by nothing.
 */
export function Tooltip({ text, children }: { text: string; children: ReactElement<Record<string, unknown>> }) {
  const id = useId();
  const box = useRef<HTMLSpanElement>(null);
  const tip = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const setOpen = (open: boolean): void => {
    clearTimeout(timer.current);
    if (box.current && tip.current) toggle(box.current, tip.current, open);
  };
  const later = (open: boolean): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(open), open ? SHOW_MS : HIDE_MS);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || tip.current?.dataset['open'] === undefined) return;
    // the tooltip goes, what it stands in stays
    event.stopPropagation();
    setOpen(false);
  };
  useEffect(() => {
    const element = tip.current;
    const onScroll = (): void => {
      if (element?.dataset['open'] !== undefined) close(element);
    };
    window.addEventListener('scroll', onScroll, { capture: true, passive: true });
    return () => {
      clearTimeout(timer.current);
      window.removeEventListener('scroll', onScroll, { capture: true });
    };
  }, []);
  return (
    <span
      ref={box}
      className="amh-tooltip-box"
      onPointerEnter={() => later(true)}
      onPointerLeave={() => later(false)}
      onFocus={() => setOpen(true)}
      onBlur={() => setOpen(false)}
      onKeyDown={onKeyDown}
    >
      {cloneElement(children, { 'aria-describedby': id })}
      <span ref={tip} id={id} role="tooltip" popover="manual" className="amh-tooltip">
        {text}
      </span>
    </span>
  );
}

function toggle(box: HTMLElement, tip: HTMLElement, open: boolean): void {
  if (!open) return close(tip);
  if (tip.dataset['open'] !== undefined) return;
  tip.dataset['open'] = '';
  tip.showPopover();
  const at = box.firstElementChild?.getBoundingClientRect();
  if (!at) return;
  const { width, height } = tip.getBoundingClientRect();
  const below = at.bottom + GAP;
  tip.style.top = `${below + height <= window.innerHeight ? below : Math.max(GAP, at.top - GAP - height)}px`;
  tip.style.left = `${Math.max(GAP, Math.min(at.left + at.width / 2 - width / 2, window.innerWidth - width - GAP))}px`;
}
function close(tip: HTMLElement): void {
  if (tip.dataset['open'] === undefined) return;
  delete tip.dataset['open'];
  tip.hidePopover();
}
