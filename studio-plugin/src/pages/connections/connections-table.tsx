import type { ConnectionView } from '#core/connection/schema.js';
import { Button } from '../../kit/button.js';
import { Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';

interface Props {
  connections: readonly ConnectionView[];
  blocked: string | undefined;
  onChange: (connection: ConnectionView) => void;
  onDelete: (connection: ConnectionView) => void;
}
export function ConnectionsTable({ connections, blocked, onChange, onDelete }: Props) {
  return (
    <Table
      caption="Connections"
      columns={[
        { key: 'name', label: 'Connection', cell: (c) => <span className="amh-cell-name">{c.name}</span> },
        { key: 'kind', label: 'Kind', cell: (c) => c.kind },
        { key: 'provider', label: 'Provider', cell: (c) => c.provider, wideOnly: true },
        { key: 'url', label: 'Base URL', cell: (c) => <span className="amh-mono">{c.baseUrl}</span>, wideOnly: true },
        { key: 'credential', label: 'Credential', cell: (c) => <Credential connection={c} /> },
        { key: 'updated', label: 'Changed', cell: (c) => <Time iso={c.updatedAt} />, wideOnly: true },
        {
          key: 'actions',
          label: 'Actions',
          cell: (c) => (
            <span className="amh-row">
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

function Credential({ connection }: { connection: ConnectionView }) {
  if (!connection.hasCredential) return <span className="amh-muted">none</span>;
  return (
    <span className="amh-mono">{connection.credentialHint === undefined ? 'sealed' : `sealed, ends in ${connection.credentialHint}`}</span>
  );
}
