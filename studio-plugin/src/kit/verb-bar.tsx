import type { VerbTable } from '#core/shared/verb.js';
import { Button } from './button.js';
import './verb-bar.css';

interface Props<N extends string> {
  table: VerbTable<string, N>;
  phase: string;
  legal: readonly string[];
  /** button text where the table's label does not name the object */
  label?: (verb: N) => string;
  /** why the key may not do it, or undefined */
  forbidden: (verb: N) => string | undefined;
  /** the state says no although the phase would allow it */
  because?: Partial<Record<N, string>>;
  busy: N | undefined;
  onVerb: (verb: N) => void;
  primary: N;
}
/** All verbs of the table, in its order: the legal ones can be pressed, the others say why not. Destructive ones stand apart. */
export function VerbBar<N extends string>({ table, phase, legal, label, forbidden, because = {}, busy, onVerb, primary }: Props<N>) {
  const names = Object.keys(table) as N[];
  const button = (verb: N) => {
    const { from, destructive } = table[verb];
    const missing = forbidden(verb);
    const illegal = legal.includes(verb)
      ? undefined
      : from.includes(phase)
        ? (because[verb] ?? 'Not possible now.')
        : `Not possible while ${phase.replace('-', ' ')}; possible when ${from.map((p) => p.replace('-', ' ')).join(', ')}.`;
    return (
      <Button
        key={verb}
        look={destructive ? 'danger' : verb === primary ? 'primary' : 'plain'}
        blocked={missing ?? illegal}
        busy={busy === verb}
        onClick={() => onVerb(verb)}
        data-verb={verb}
      >
        {label?.(verb) ?? table[verb].label}
      </Button>
    );
  };
  return (
    <div className="amh-verbs">
      <div className="amh-row" role="group" aria-label="Actions">
        {names.filter((n) => !table[n].destructive).map(button)}
      </div>
      <div className="amh-row" role="group" aria-label="Actions that take something away">
        {names.filter((n) => table[n].destructive).map(button)}
      </div>
    </div>
  );
}
