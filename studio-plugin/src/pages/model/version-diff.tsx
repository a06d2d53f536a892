import { useState } from 'react';
import type { ModelDetail } from '#core/catalog/schema.js';
import { useCall } from '../../app/use-call.js';
import { Field } from '../../kit/field.js';
import { Select } from '../../kit/input.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Table } from '../../kit/table.js';

const shown = (value: unknown): string =>
  value === undefined || value === null ? 'absent' : typeof value === 'string' ? value : JSON.stringify(value);

/** What differs between two versions, side by side. */
export function VersionDiff({ model }: { model: ModelDetail }) {
  const names = model.versions.map((v) => v.version);
  const [from, setFrom] = useState(names[1] ?? '');
  const [to, setTo] = useState(names[0] ?? '');
  const { data, error } = useCall(
    'models.diff',
    { params: { id: model.id }, query: { from, to } },
    { enabled: from !== to, keepPrevious: true },
  );
  const options = names.map((n) => [n, n] as const);
  return (
    <div className="amh-stack">
      <div className="amh-form-grid">
        <Field label="Compare">{(ids) => <Select {...ids} value={from} options={options} onText={setFrom} />}</Field>
        <Field label="with">{(ids) => <Select {...ids} value={to} options={options} onText={setTo} />}</Field>
      </div>
      {error && <ProblemNotice error={error} />}
      {from === to && <p className="amh-text amh-muted">Choose two different versions.</p>}
      {from !== to && data && data.changes.length === 0 && <p className="amh-text amh-muted">Nothing differs.</p>}
      {from !== to && data && data.changes.length > 0 && (
        <Table
          caption={`Differences from ${data.from} to ${data.to}`}
          columns={[
            { key: 'path', label: 'What', cell: (c) => <span className="amh-mono">{c.path}</span> },
            { key: 'before', label: data.from, cell: (c) => <span className="amh-mono">{shown(c.before)}</span> },
            { key: 'after', label: data.to, cell: (c) => <span className="amh-mono">{shown(c.after)}</span> },
          ]}
          rows={data.changes}
          rowKey={(c) => c.path}
        />
      )}
    </div>
  );
}
