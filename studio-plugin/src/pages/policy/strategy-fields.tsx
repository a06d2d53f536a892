import { type AdaptiveWeights, STRATEGIES, type Strategy } from '#core/routing/schema.js';
import type { FieldError } from '#core/shared/problem.js';
import { Field } from '../../kit/field.js';
import { Select, TextInput } from '../../kit/input.js';
import { errorAt } from '../deploy/field-errors.js';
import { STRATEGY_WORDS } from '../routing/strategies.js';
import { isAdaptive, type PolicyDraft } from './policy-draft.js';

const PARTS: readonly (readonly [keyof AdaptiveWeights, string])[] = [
  ['latency', 'Latency'],
  ['cost', 'Cost'],
  ['errors', 'Failures'],
  ['headroom', 'Room under limits'],
];

interface Props {
  draft: PolicyDraft;
  errors: readonly FieldError[];
  onChange: (patch: Partial<PolicyDraft>) => void;
}

/** How the candidates are ordered. */
export function StrategyField({ draft, errors, onChange }: Props) {
  return (
    <Field label="Strategy" error={errorAt(errors, 'strategy')} hint={STRATEGY_WORDS[draft.strategy].explanation}>
      {(ids) => (
        <Select
          {...ids}
          value={draft.strategy}
          options={STRATEGIES.map((s) => [s, STRATEGY_WORDS[s].word] as const)}
          onText={(v) => onChange({ strategy: v as Strategy })}
        />
      )}
    </Field>
  );
}

/** The weights of the parts, only where something is adaptive. */
export function AdaptiveFields({ draft, errors, onChange }: Props) {
  if (!isAdaptive(draft)) return null;
  return (
    <fieldset className="amh-fieldset">
      <legend className="amh-field-label">What each part counts in the adaptive choice</legend>
      <p className="amh-field-hint">0 leaves a part out, 1 is usual, up to 5.</p>
      <div className="amh-form-grid">
        {PARTS.map(([part, label]) => (
          <Field key={part} label={label} error={errorAt(errors, `adaptive.${part}`)}>
            {(ids) => (
              <TextInput
                {...ids}
                inputMode="decimal"
                value={draft.adaptive[part]}
                onText={(v) => onChange({ adaptive: { ...draft.adaptive, [part]: v } })}
              />
            )}
          </Field>
        ))}
      </div>
    </fieldset>
  );
}
