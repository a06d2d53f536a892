import { Link } from '@tanstack/react-router';
import type { ConnectionView } from '#core/connection/schema.js';
import { Button } from '../../kit/button.js';
import { Table } from '../../kit/table.js';
import { HealthCell } from './health-cell.js';
import { KIND_WORDS } from './kind-words.js';

interface Props {
  connections: readonly ConnectionView[];
  blocked: string | undefined;
  onCheck: (connection: ConnectionView) => void;
  onChange: (connection: ConnectionView) => void;
  onDelete: (connection: ConnectionView) => void;
}
export function ConnectionsTable({ connections, blocked, onCheck, onChange, onDelete }: Props) {
  return (
    <Table
      caption="Connections"
      columns={[
        { key: 'name', label: 'Connection', cell: (c) => <Name connection={c} /> },
        { key: 'health', label: 'Health', cell: (c) => <HealthCell name={c.name} /> },
        { key: 'url', label: 'Base URL', cell: (c) => <span className="amh-mono">{c.baseUrl}</span>, wideOnly: true },
        { key: 'region', label: 'Region', cell: (c) => c.region ?? <span className="amh-muted">not said</span>, wideOnly: true },
        { key: 'credential', label: 'Credential', cell: (c) => <Credential connection={c} /> },
        {
          key: 'actions',
          label: 'Actions',
          cell: (c) => (
            <span className="amh-row">
              <Button blocked={blocked} onClick={() => onCheck(c)} aria-label={`Check ${c.name}`}>
                Check
              </Button>
              <Button blocked={blocked} onClick={() => onChange(c)} aria-label={`Change ${c.name}`}>
                Change
              </Button>
              <Button look="danger" blocked={blocked} onClick={() => onDelete(c)} aria-label={`Delete ${c.name}`}>
                Delete
              </Button>
            </span>
          ),
        },
      ]}
      rows={connections}
      rowKey={(c) => c.id}
    />
  );
}

function Name({ connection: c }: { connection: ConnectionView }) {
  return (
    <span className="amh-cell-name">
      <Link to="/connections/$name" params={{ name: c.name }} className="amh-link">
        {c.name}
      </Link>
      <span className="amh-muted">
        {KIND_WORDS[c.kind]}, provider {c.provider}
      </span>
    </span>
  );
}
export function Credential({ connection }: { connection: ConnectionView }) {
  if (!connection.hasCredential) return <span className="amh-muted">none</span>;
  return (
    <span className="amh-mono">{connection.credentialHint === undefined ? 'sealed' : `sealed, ends in ${connection.credentialHint}`}</span>
  );
}
