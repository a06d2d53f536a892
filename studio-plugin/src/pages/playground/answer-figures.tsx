import type { ReactNode } from 'react';
import { useMay } from '../../app/use-me.js';
import { Figures } from '../../kit/figures.js';
import { millis } from '../../kit/numbers.js';
import { Cost, TokenCount } from '../requests/cost.js';
import { costSource } from '../requests/event-texts.js';
import type { Run } from './use-run.js';
import type { useUsageEvent } from './use-usage-event.js';

/** Times as this browser saw them; tokens and cost as the hub has booked them. */
export function AnswerFigures({ run, usage }: { run: Run; usage: ReturnType<typeof useUsageEvent> }) {
  const may = useMay()('usage:read');
  const over = run.totalMs !== null;
  const id = run.head?.requestId ?? null;
  const event = usage.data ?? undefined;
  const [word, note] = pending(run, { may, over, id, failed: usage.error !== null, late: usage.data === null });
  const of = (shown: ReactNode) => (event ? shown : <span className="amh-muted">{word}</span>);
  return (
    <Figures
      items={[
        { label: 'First piece', value: run.firstMs === null ? time(over) : millis(run.firstMs), note: 'in this browser, n 1' },
        {
          label: 'Total',
          value: run.totalMs === null ? time(false) : millis(run.totalMs),
          note: run.finish === null ? 'in this browser, n 1' : `ended by ${run.finish}`,
        },
        {
          label: 'Tokens in',
          value: of(event && <TokenCount event={event} side="input" />),
          note: event ? (event.usageSource ?? 'not counted') : note,
        },
        {
          label: 'Tokens out',
          value: of(event && <TokenCount event={event} side="output" />),
          note: event ? (event.usageSource ?? 'not counted') : note,
        },
        { label: 'Cost', value: of(event && <Cost event={event} />), note: event ? costSource(event) : note },
      ]}
    />
  );
}

const time = (over: boolean) => <span className="amh-muted">{over ? 'no data' : 'counting…'}</span>;

/** The word in place of a figure, and why. */
function pending(run: Run, o: { may: boolean; over: boolean; id: string | null; failed: boolean; late: boolean }): [string, string] {
  if (!o.may) return ['no data', 'your key may not read usage'];
  if (!o.over) return ['counting…', 'while the answer comes'];
  if (o.id === null)
    return ['no data', run.state === 'stopped' ? 'stopped before the gateway had answered' : 'the gateway never took the call'];
  if (o.failed) return ['no data', 'the request log could not be read'];
  if (o.late) return ['no data', 'not booked after 20 s; look in the request log later'];
  return ['counting…', 'until the hub has booked it'];
}
