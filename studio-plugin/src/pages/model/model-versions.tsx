import type { ModelDetail } from '#core/catalog/schema.js';
import { Section } from '../../kit/section.js';
import { Status } from '../../kit/status.js';
import { MODEL_STATUS, statusOf } from '../../kit/status-words.js';
import { type Column, Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { VersionDiff } from './version-diff.js';

type Version = ModelDetail['versions'][number];

export function ModelVersions({ model }: { model: ModelDetail }) {
  const aliasesOf = (version: string): string =>
    model.aliases
      .filter((a) => a.version === version)
      .map((a) => `@${a.alias}`)
      .join(', ');
  const columns: Column<Version>[] = [
    { key: 'version', label: 'Version', cell: (v) => <span className="amh-mono">{v.version}</span> },
    { key: 'status', label: 'Status', cell: (v) => <Status {...statusOf(MODEL_STATUS, v.status)} /> },
    { key: 'alias', label: 'Aliases', cell: (v) => aliasesOf(v.version) || <span className="amh-muted">none</span> },
    { key: 'created', label: 'Created', cell: (v) => <Time iso={v.createdAt} /> },
    { key: 'by', label: 'By', cell: (v) => v.createdBy, wideOnly: true },
    { key: 'notes', label: 'Notes', cell: (v) => v.notes ?? <span className="amh-muted">none</span>, wideOnly: true },
  ];
  return (
    <Section title="Versions">
      <Table caption="Versions" columns={columns} rows={model.versions} rowKey={(v) => v.version} />
      {model.versions.length > 1 && <VersionDiff model={model} />}
    </Section>
  );
}
