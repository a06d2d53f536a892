import type { FieldError } from '#core/shared/problem.js';
import { Field } from '../../kit/field.js';
import { TextInput } from '../../kit/input.js';
import { Rows } from '../../kit/rows.js';
import { errorAt } from '../deploy/field-errors.js';
import { DeploymentField } from './deployment-field.js';
import { type CandidateDraft, EMPTY_CANDIDATE, type FallbackDraft, type PolicyDraft } from './policy-draft.js';

interface Props {
  draft: PolicyDraft;
  /** names of deployments in the environment */
  known: readonly string[];
  errors: readonly FieldError[];
  onChange: (patch: Partial<PolicyDraft>) => void;
}
const own = (errors: readonly FieldError[], path: string): string | undefined => errors.find((e) => e.path === path)?.message;

/** Who may take a call, and who is asked when none of them could. The order counts. */
export function CandidatesEditor({ draft, known, errors, onChange }: Props) {
  return (
    <>
      <Rows<CandidateDraft>
        legend="Candidates"
        what="candidate"
        hint={
          draft.strategy === 'priority'
            ? 'The first that can take the call gets it.'
            : 'Among equals, the order in which they are written decides.'
        }
        rows={draft.candidates}
        blank={EMPTY_CANDIDATE}
        most={20}
        ordered
        error={own(errors, 'candidates')}
        onChange={(candidates) => onChange({ candidates })}
      >
        {(row, change, i) => (
          <div className="amh-form-grid">
            <DeploymentField
              label="Deployment"
              value={row.deployment}
              known={known}
              error={errorAt(errors, `candidates.${i}.deployment`)}
              onText={(deployment) => change({ deployment })}
            />
            <Field label="Weight" error={errorAt(errors, `candidates.${i}.weight`)} hint={shareText(draft, i)}>
              {(ids) => <TextInput {...ids} inputMode="decimal" value={row.weight} onText={(weight) => change({ weight })} />}
            </Field>
          </div>
        )}
      </Rows>
      <Rows<FallbackDraft>
        legend="Fallbacks"
        what="fallback"
        optional
        hint="Asked in this order when no candidate could answer."
        rows={draft.fallbacks}
        blank={{ deployment: '' }}
        most={10}
        ordered
        error={own(errors, 'fallbacks')}
        onChange={(fallbacks) => onChange({ fallbacks })}
      >
        {(row, change, i) => (
          <DeploymentField
            label="Deployment"
            value={row.deployment}
            known={known}
            error={errorAt(errors, `fallbacks.${i}`)}
            onText={(deployment) => change({ deployment })}
          />
        )}
      </Rows>
    </>
  );
}

function shareText({ strategy, candidates }: PolicyDraft, i: number): string {
  if (strategy !== 'weighted') return 'counts with the strategy Weighted only';
  const weights = candidates.map((c) => Number(c.weight));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return total > 0 ? `${Number((((weights[i] ?? 0) / total) * 100).toPrecision(3))} % of calls` : 'no share yet';
}
