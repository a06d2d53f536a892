import { useState } from 'react';
import { USAGE_STATUSES } from '#core/metric/schema.js';
import { useCall } from '../../app/use-call.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Select } from '../../kit/input.js';
import { CALL_STATUS, statusOf } from '../../kit/status-words.js';
import { FilterText } from './filter-text.js';
import { PeriodFilter } from './period-filter.js';
import type { RequestsSearch } from './search.js';

interface Props {
  search: RequestsSearch;
  environments: readonly string[];
  keys: readonly { id: string; name: string }[];
  onChange: (patch: Partial<RequestsSearch>) => void;
}
type Named = 'deployment' | 'policy' | 'modelId' | 'provider' | 'key' | 'user' | 'workflow';
const RARE = ['policy', 'provider', 'key', 'user', 'workflow'] as const satisfies readonly Named[];

/** What people ask for first in one row; the rest one press away, and open while any of it is set. */
export function RequestsFilter({ search, environments, keys, onChange }: Props) {
  const [open, setOpen] = useState(() => RARE.some((f) => search[f] !== undefined));
  const deployments = useCall('deployments.list', { query: { limit: 200 } }, { staleTime: 60_000 });
  const policies = useCall('policies.list', { query: {} }, { enabled: open, staleTime: 60_000 });
  const text = (key: Named, label: string, known?: readonly string[]) => (
    <FilterText
      label={label}
      value={search[key] ?? ''}
      onText={(v) => onChange({ [key]: v === '' ? undefined : v })}
      {...(known ? { known } : {})}
    />
  );
  const status = (search.status ?? []).join(',');
  const statuses = USAGE_STATUSES.map((s) => [s, statusOf(CALL_STATUS, s).word] as const);
  const inUse = [...new Set(deployments.data?.deployments.map((d) => d.name))];
  return (
    <div className="amh-stack">
      <div className="amh-filter-row">
        <Field label="Environment">
          {(ids) => (
            <Select
              {...ids}
              value={search.environment ?? ''}
              options={[
                ['', 'Any'],
                ...[...new Set([...environments, ...(search.environment ? [search.environment] : [])])].map((e) => [e, e] as const),
              ]}
              onText={(v) => onChange({ environment: v === '' ? undefined : v })}
            />
          )}
        </Field>
        <Field label="Status">
          {(ids) => (
            <Select
              {...ids}
              value={status}
              options={[
                ['', 'Any'],
                ...statuses,
                // a URL with several is honoured and shown as such
                ...((search.status?.length ?? 0) > 1 ? [[status, (search.status ?? []).join(', ')] as const] : []),
                ...(status === FAILED ? [] : [[FAILED, 'anything but ok'] as const]),
              ]}
              onText={(v) => onChange({ status: v === '' ? undefined : v.split(',') })}
            />
          )}
        </Field>
        <PeriodFilter search={search} onChange={onChange} />
        {text('deployment', 'Deployment', inUse)}
        {text('modelId', 'Model')}
      </div>
      <div>
        <Button look="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Fewer filters' : 'More filters'}
        </Button>
      </div>
      {open && (
        <div className="amh-filter-row">
          {text(
            'policy',
            'Policy',
            policies.data?.policies.map((p) => p.name),
          )}
          {text('provider', 'Provider')}
          {keys.length === 0 ? (
            text('key', 'Key id')
          ) : (
            <Field label="Key">
              {(ids) => (
                <Select
                  {...ids}
                  value={search.key ?? ''}
                  options={[
                    ['', 'Any'],
                    ...keys.map((k) => [k.id, k.name] as const),
                    ...(search.key !== undefined && !keys.some((k) => k.id === search.key) ? [[search.key, search.key] as const] : []),
                  ]}
                  onText={(v) => onChange({ key: v === '' ? undefined : v })}
                />
              )}
            </Field>
          )}
          {text('user', 'User')}
          {text('workflow', 'Workflow')}
        </div>
      )}
    </div>
  );
}
const FAILED = USAGE_STATUSES.filter((s) => s !== 'ok').join(',');
