import { useState } from 'react';
import { Button } from '../../kit/button.js';
import { Checkbox } from '../../kit/checkbox.js';
import { TextInput } from '../../kit/input.js';
import { count } from '../../kit/numbers.js';

export interface FacetValue {
  value: string;
  label?: string | undefined;
  count: number;
}
interface Props {
  title: string;
  values: readonly FacetValue[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}
const SHORT = 6;

/** One facet with counts under all other filters. What is chosen stays visible even when nothing matches it. */
export function FacetGroup({ title, values, chosen, onChange }: Props) {
  const [all, setAll] = useState(false);
  const [find, setFind] = useState('');
  const known = new Set(values.map((v) => v.value));
  const merged: FacetValue[] = [...values, ...chosen.filter((c) => !known.has(c)).map((value) => ({ value, count: 0 }))];
  const needle = find.trim().toLowerCase();
  const matching = merged.filter((v) => needle === '' || (v.label ?? v.value).toLowerCase().includes(needle) || v.value.includes(needle));
  const visible = matching.filter((v, i) => all || i < SHORT || chosen.includes(v.value));
  return (
    <fieldset className="amh-fieldset">
      <legend className="amh-h3">{title}</legend>
      {all && merged.length > 20 && (
        <TextInput type="search" aria-label={`Find in ${title.toLowerCase()}`} placeholder="Find" value={find} onText={setFind} />
      )}
      <div className="amh-facet-values" data-open={all || undefined}>
        {visible.map((v) => (
          <Checkbox
            key={v.value}
            checked={chosen.includes(v.value)}
            onChange={(on) => onChange(on ? [...chosen, v.value] : chosen.filter((c) => c !== v.value))}
            note={count(v.count)}
          >
            {v.label ?? v.value}
          </Checkbox>
        ))}
      </div>
      {merged.length > SHORT && (
        <Button look="quiet" className="amh-facet-more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${count(merged.length)}`}
        </Button>
      )}
    </fieldset>
  );
}
