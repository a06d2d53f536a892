import { STRATEGIES, type Strategy } from '#core/routing/schema.js';
import type { FieldError } from '#core/shared/problem.js';
import { Checkbox } from '../../kit/checkbox.js';
import { Field } from '../../kit/field.js';
import { Select, TextArea, TextInput } from '../../kit/input.js';
import { Rows } from '../../kit/rows.js';
import { errorAt } from '../deploy/field-errors.js';
import { STRATEGY_WORDS } from '../routing/strategies.js';
import { EMPTY_RULE, type RuleDraft } from './policy-draft.js';

interface Props {
  rules: readonly RuleDraft[];
  /** what a rule may use: candidates and fallbacks */
  usable: readonly string[];
  errors: readonly FieldError[];
  onChange: (rules: RuleDraft[]) => void;
}
const HINT =
  'The first whose condition holds narrows the candidates down. Conditions know model, user, key, environment, operation, stream, tools, images, inputTokens, maxOutputTokens, headers, metadata, hour and weekday.';

export function RulesEditor({ rules, usable, errors, onChange }: Props) {
  return (
    <Rows<RuleDraft> legend="Rules" what="rule" optional hint={HINT} rows={rules} blank={EMPTY_RULE} most={50} ordered onChange={onChange}>
      {(rule, change, i) => (
        <div className="amh-stack">
          <div className="amh-form-grid">
            <Field label="Name" error={errorAt(errors, `rules.${i}.name`)}>
              {(ids) => <TextInput {...ids} value={rule.name} onText={(name) => change({ name })} />}
            </Field>
            <Field label="Strategy" error={errorAt(errors, `rules.${i}.strategy`)}>
              {(ids) => (
                <Select
                  {...ids}
                  value={rule.strategy}
                  options={[['', 'as the policy'], ...STRATEGIES.map((s) => [s, STRATEGY_WORDS[s].word] as const)]}
                  onText={(v) => change({ strategy: v as Strategy | '' })}
                />
              )}
            </Field>
          </div>
          <Field label="When" error={errorAt(errors, `rules.${i}.when`)} hint={`As in inputTokens > 20000 && headers["team"] == "legal"`}>
            {(ids) => <TextArea {...ids} rows={2} value={rule.when} onText={(when) => change({ when })} />}
          </Field>
          <UseBoxes rule={rule} usable={usable} error={errorAt(errors, `rules.${i}.use`)} onChange={(use) => change({ use })} />
        </div>
      )}
    </Rows>
  );
}

/** What the rule leaves; a name that is no candidate any more stays until somebody unchecks it. */
function UseBoxes({
  rule,
  usable,
  error,
  onChange,
}: {
  rule: RuleDraft;
  usable: readonly string[];
  error: string | undefined;
  onChange: (use: string[]) => void;
}) {
  const names = [...new Set([...usable, ...rule.use])];
  return (
    <fieldset className="amh-fieldset">
      <legend className="amh-field-label">Use only</legend>
      {names.length === 0 && <p className="amh-field-hint">Name a candidate first.</p>}
      <div className="amh-row">
        {names.map((name) => (
          <Checkbox
            key={name}
            checked={rule.use.includes(name)}
            onChange={(on) => onChange(on ? names.filter((n) => n === name || rule.use.includes(n)) : rule.use.filter((n) => n !== name))}
          >
            {name}
          </Checkbox>
        ))}
      </div>
      {error !== undefined && (
        <p className="amh-field-error">
          <span aria-hidden="true">✕</span> {error}
        </p>
      )}
    </fieldset>
  );
}
