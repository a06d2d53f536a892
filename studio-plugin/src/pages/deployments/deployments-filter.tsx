import { DEPLOYMENT_PHASES } from '#core/deployment/verbs.js';
import { Field } from '../../kit/field.js';
import { Select } from '../../kit/input.js';
import { PHASE_STATUS, statusOf } from '../../kit/status-words.js';
import type { DeploymentsSearch } from './search.js';

interface Props {
  search: DeploymentsSearch;
  environments: readonly string[];
  onChange: (patch: Partial<DeploymentsSearch>) => void;
}
const ANY = ['', 'Any'] as const;

/** One value each; a URL with several is honoured and shown as such. */
export function DeploymentsFilter({ search, environments, onChange }: Props) {
  const select = (key: 'environment' | 'phase', label: string, options: readonly (readonly [string, string])[]) => {
    const chosen = search[key] ?? [];
    const value = chosen.join(',');
    const all = chosen.length > 1 ? [...options, [value, chosen.join(', ')] as const] : options;
    return (
      <Field label={label}>
        {(ids) => <Select {...ids} value={value} options={all} onText={(v) => onChange({ [key]: v === '' ? undefined : v.split(',') })} />}
      </Field>
    );
  };
  const known = [...new Set([...environments, ...(search.environment ?? [])])];
  return (
    <div className="amh-filter-row">
      {select('environment', 'Environment', [ANY, ...known.map((e) => [e, e] as const)])}
      {select('phase', 'Phase', [ANY, ...DEPLOYMENT_PHASES.map((p) => [p, statusOf(PHASE_STATUS, p).word] as const)])}
    </div>
  );
}
