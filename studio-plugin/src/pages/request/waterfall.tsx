import type { UsageAttempt, UsageEvent } from '#core/metric/schema.js';
import { Empty } from '../../kit/empty.js';
import { millis } from '../../kit/numbers.js';
import { Section } from '../../kit/section.js';
import { Status } from '../../kit/status.js';
import { statusOf, TRY_STATUS } from '../../kit/status-words.js';
import { type Column, Table } from '../../kit/table.js';
import { axisOf } from './axis.js';
import './waterfall.css';

const none = (text: string) => <span className="amh-muted">{text}</span>;
type Try = UsageAttempt & { number: number };

const COLUMNS: readonly Column<Try>[] = [
  { key: 'number', label: 'Try', cell: (t) => t.number },
  {
    key: 'where',
    label: 'Deployment',
    cell: (t) => (
      <span className="amh-cell-name">
        {t.deployment}
        <span className="amh-muted">
          {t.provider}
          {t.connection === null ? ', local' : `, connection ${t.connection}`}
        </span>
      </span>
    ),
  },
  { key: 'outcome', label: 'Outcome', cell: (t) => <Status {...statusOf(TRY_STATUS, t.outcome)} /> },
  { key: 'http', label: 'HTTP', align: 'right', cell: (t) => t.httpStatus ?? none('none') },
  { key: 'start', label: 'Began at', align: 'right', cell: (t) => millis(t.startedMs) },
  { key: 'took', label: 'Took', align: 'right', cell: (t) => millis(t.durationMs) },
  { key: 'error', label: 'Error', cell: (t) => <span className="amh-cell-name">{t.error ?? none('none')}</span> },
];

/** Every try on one time axis, and the same as a table. */
export function Waterfall({ event: e }: { event: UsageEvent }) {
  const tries: Try[] = e.tries.map((t, i) => ({ ...t, number: i + 1 }));
  if (tries.length === 0)
    return (
      <Section title="Tries">
        <Empty
          kind="nothing-yet"
          title={e.attempts === 0 ? 'No upstream was called' : 'The tries of this call were not recorded one by one'}
        >
          {e.attempts === 0 ? (e.error ?? 'The call ended before a candidate was tried.') : `It took ${e.attempts}.`}
        </Empty>
      </Section>
    );
  const { end, ticks } = axisOf(Math.max(e.latencyMs ?? 0, ...tries.map((t) => t.startedMs + t.durationMs)));
  const at = (ms: number): string => `${(ms / end) * 100}%`;
  return (
    <Section title="Tries">
      {/* the table below says the same in words */}
      <div className="amh-fall" aria-hidden="true">
        {tries.map((t) => (
          <div key={t.number} className="amh-fall-row">
            <span className="amh-fall-label">
              {t.number} {t.deployment}
            </span>
            <span className="amh-fall-track">
              {ticks.map((ms) => (
                <span key={ms} className="amh-fall-tick" style={{ left: at(ms) }} />
              ))}
              <span className="amh-fall-bar" data-outcome={t.outcome} style={{ left: at(t.startedMs), width: at(t.durationMs) }} />
              {e.firstByteMs !== null && <span className="amh-fall-first" style={{ left: at(e.firstByteMs) }} />}
            </span>
            <span className="amh-fall-ms amh-num">
              {statusGlyph(t)} {millis(t.durationMs)}
            </span>
          </div>
        ))}
        <div className="amh-fall-row">
          <span />
          <span className="amh-fall-axis amh-num">
            {ticks.map((ms) => (
              <span key={ms} className="amh-fall-number" style={{ left: at(ms) }}>
                {millis(ms)}
              </span>
            ))}
          </span>
          <span />
        </div>
        {e.firstByteMs !== null && (
          <p className="amh-small amh-muted amh-fall-legend">Dashed: first byte to the caller at {millis(e.firstByteMs)}.</p>
        )}
      </div>
      <Table caption="Tries of this call" columns={COLUMNS} rows={tries} rowKey={(t) => String(t.number)} />
    </Section>
  );
}

const statusGlyph = (t: Try) => <Status {...statusOf(TRY_STATUS, t.outcome)} />;
