import { getRouteApi } from '@tanstack/react-router';
import type { UsageEvent } from '#core/metric/schema.js';
import { useCall } from '../../app/use-call.js';
import { ProblemError } from '../../client/index.js';
import { Figures } from '../../kit/figures.js';
import { Notice } from '../../kit/notice.js';
import { count, millis } from '../../kit/numbers.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { Status } from '../../kit/status.js';
import { CALL_STATUS, statusOf } from '../../kit/status-words.js';
import { Time } from '../../kit/time.js';
import { Cost, TokenCount } from '../requests/cost.js';
import { costSource } from '../requests/event-texts.js';
import { RequestFacts } from './request-facts.js';
import { TokensSection } from './tokens-section.js';
import { Waterfall } from './waterfall.js';

const route = getRouteApi('/inside/requests/$id');
const CRUMBS = [{ label: 'Requests', to: '/requests' }];

/** One call: what it came to, what was tried, what it cost, who it was for. */
export function RequestPage() {
  const { id } = route.useParams();
  const { data: event, error, refetch } = useCall('usage.get', { params: { id } });
  const title = `Request ${id}`;
  if (!event)
    return (
      <Page title={title} crumbs={CRUMBS}>
        {error ? (
          <ProblemNotice error={error} onRetry={error instanceof ProblemError && error.status === 404 ? undefined : () => void refetch()} />
        ) : (
          <Skeleton rows={8} label="Loading the request" />
        )}
      </Page>
    );
  return (
    <Page title={title} crumbs={CRUMBS} scope={event.environment} status={<Status {...statusOf(CALL_STATUS, event.status)} />}>
      {event.error !== null && (
        <Notice tone={event.status === 'aborted' ? 'info' : 'bad'} title={event.error}>
          {event.httpStatus !== null && <p className="amh-text amh-small amh-muted">The caller got HTTP status {event.httpStatus}.</p>}
        </Notice>
      )}
      <RequestFigures event={event} />
      <Waterfall event={event} />
      <TokensSection event={event} />
      <RequestFacts event={event} />
    </Page>
  );
}

function RequestFigures({ event: e }: { event: UsageEvent }) {
  return (
    <Figures
      items={[
        {
          label: 'Took',
          value: e.latencyMs === null ? 'no data' : millis(e.latencyMs),
          note: e.latencyMs === null ? 'the end of the call was never seen' : <Time iso={e.at} />,
        },
        {
          label: 'First byte',
          value: e.firstByteMs === null ? 'no data' : millis(e.firstByteMs),
          note: e.firstByteMs === null ? 'no byte of an answer was sent' : e.stream ? 'streamed' : 'in one piece',
        },
        {
          label: 'Tokens in',
          value: <TokenCount event={e} side="input" />,
          note: e.usageSource === 'estimated' ? 'estimated' : 'all classes',
        },
        {
          label: 'Tokens out',
          value: <TokenCount event={e} side="output" />,
          note: e.finishReason === null ? 'all classes' : `ended by ${e.finishReason}`,
        },
        { label: 'Cost', value: <Cost event={e} />, note: costSource(e) },
        {
          label: 'Tries',
          value: count(e.attempts),
          note: e.overheadMs === null ? 'the hub’s own time: no data' : `the hub itself took ${e.overheadMs.toFixed(1)} ms`,
        },
      ]}
    />
  );
}
