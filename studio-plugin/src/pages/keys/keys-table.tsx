import type { KeyView } from '#core/identity/schema.js';
import { Button } from '../../kit/button.js';
import { Status } from '../../kit/status.js';
import type { Shown } from '../../kit/status-words.js';
import { Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';

function stateOf(key: KeyView): Shown {
  if (key.revokedAt !== undefined) return { name: 'failed', word: 'revoked' };
  if (key.expiresAt !== undefined && Date.parse(key.expiresAt) <= Date.now()) return { name: 'draft', word: 'expired' };
  return { name: 'live', word: 'valid' };
}
const muted = (text: string) => <span className="amh-muted">{text}</span>;

export function KeysTable({
  keys,
  blocked,
  onRevoke,
}: {
  keys: readonly KeyView[];
  blocked: string | undefined;
  onRevoke: (key: KeyView) => void;
}) {
  return (
    <Table
      caption="API keys"
      columns={[
        {
          key: 'name',
          label: 'Key',
          cell: (k) => (
            <span className="amh-cell-name">
              {k.name}
              <span className="amh-mono amh-muted">{k.prefix}…</span>
            </span>
          ),
        },
        { key: 'state', label: 'State', cell: (k) => <Status {...stateOf(k)} /> },
        { key: 'role', label: 'Role', cell: (k) => (k.permissions ? `${k.role}, narrowed to ${k.permissions.length}` : k.role) },
        { key: 'scope', label: 'Scope', cell: (k) => (k.scope === '' ? 'whole organisation' : k.scope), wideOnly: true },
        { key: 'used', label: 'Last used', cell: (k) => (k.lastUsedAt === undefined ? muted('never') : <Time iso={k.lastUsedAt} />) },
        {
          key: 'expires',
          label: 'Expires',
          cell: (k) => (k.expiresAt === undefined ? muted('never') : <Time iso={k.expiresAt} />),
          wideOnly: true,
        },
        { key: 'created', label: 'Created', cell: (k) => <Time iso={k.createdAt} />, wideOnly: true },
        {
          key: 'action',
          label: 'Action',
          cell: (k) =>
            k.revokedAt === undefined ? (
              <Button look="danger" blocked={blocked} onClick={() => onRevoke(k)} aria-label={`Revoke ${k.name}`}>
                Revoke
              </Button>
            ) : (
              muted('none')
            ),
        },
      ]}
      rows={keys}
      rowKey={(k) => k.id}
    />
  );
}
