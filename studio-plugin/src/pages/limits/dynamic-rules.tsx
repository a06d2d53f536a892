import type { FieldError } from '#core/shared/problem.js';
import { Field } from '../../kit/field.js';
import { Select, TextInput } from '../../kit/input.js';
import { Rows } from '../../kit/rows.js';
import { errorAt } from '../deploy/field-errors.js';
import { EMPTY_RULE, type RuleDraft } from './limit-draft.js';

const SIGNALS = [
  ['usage', 'Requests a minute'],
  ['cost', 'Dollars a minute'],
  ['performance', '% of calls that fail'],
] as const;
const LABEL = { usage: 'Above, requests', cost: 'Above, dollars', performance: 'Above, %' };

/** Rules that tighten the limit while a signal is high. */
export function DynamicRules({
  rules,
  errors,
  onChange,
}: {
  rules: readonly RuleDraft[];
  errors: readonly FieldError[];
  onChange: (rules: RuleDraft[]) => void;
}) {
  return (
    <Rows
      legend="Tighten it while a signal is high"
      what="dynamic rule"
      optional
      rows={rules}
      blank={EMPTY_RULE}
      most={5}
      onChange={onChange}
    >
      {(rule, change, i) => (
        <div className="amh-form-grid">
          <Field label="Signal" error={errorAt(errors, `dynamic.${i}.basedOn`)}>
            {(ids) => (
              <Select {...ids} value={rule.basedOn} options={SIGNALS} onText={(v) => change({ basedOn: v as RuleDraft['basedOn'] })} />
            )}
          </Field>
          <Field label={LABEL[rule.basedOn]} error={errorAt(errors, `dynamic.${i}.threshold`)}>
            {(ids) => <TextInput {...ids} inputMode="decimal" value={rule.threshold} onText={(threshold) => change({ threshold })} />}
          </Field>
          <Field label="Leave, % of the amount" error={errorAt(errors, `dynamic.${i}.factor`)}>
            {(ids) => <TextInput {...ids} inputMode="decimal" value={rule.percent} onText={(percent) => change({ percent })} />}
          </Field>
          <Field label="Relax after, seconds" error={errorAt(errors, `dynamic.${i}.relaxAfterSeconds`)}>
            {(ids) => <TextInput {...ids} inputMode="numeric" value={rule.relax} onText={(relax) => change({ relax })} />}
          </Field>
        </div>
      )}
    </Rows>
  );
}
