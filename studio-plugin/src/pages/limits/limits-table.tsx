import type { LimitView } from '#core/limit/contract.js';
import { Button } from '../../kit/button.js';
import { Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { dynamicText, limitText } from './limit-text.js';
import './limits.css';

interface Props {
  limits: readonly LimitView[];
  keyName: (id: string) => string;
  blocked: string | undefined;
  onChange: (limit: LimitView) => void;
  onDelete: (limit: LimitView) => void;
}
/** Each limit as a sentence: nobody has to put it together from columns. */
export function LimitsTable({ limits, keyName, blocked, onChange, onDelete }: Props) {
  return (
    <Table
      caption="Limits"
      columns={[
        {
          key: 'name',
          label: 'Limit',
          cell: (l) => (
            <span className="amh-cell-name">
              {l.name}
              {l.description !== '' && <span className="amh-muted">{l.description}</span>}
            </span>
          ),
        },
        {
          key: 'says',
          label: 'What it says',
          cell: (l) => (
            <span className="amh-limit-text">
              {limitText(l, l.per === 'key' ? keyName(l.match) : l.match)}
              {l.dynamic.map((rule, i) => (
                <span key={i} className="amh-muted">
                  {dynamicText(l, rule)}
                </span>
              ))}
            </span>
          ),
        },
        { key: 'scope', label: 'Scope', cell: (l) => (l.scope === '' ? 'whole organisation' : l.scope), wideOnly: true },
        { key: 'changed', label: 'Changed', cell: (l) => <Time iso={l.updatedAt} />, wideOnly: true },
        {
          key: 'actions',
          label: 'Actions',
          cell: (l) => (
            <span className="amh-row">
              <Button blocked={blocked} onClick={() => onChange(l)} aria-label={`Change ${l.name}`}>
                Change
              </Button>
              <Button look="danger" blocked={blocked} onClick={() => onDelete(l)} aria-label={`Delete ${l.name}`}>
                Delete
              </Button>
            </span>
          ),
        },
      ]}
      rows={limits}
      rowKey={(l) => l.name}
    />
  );
}
