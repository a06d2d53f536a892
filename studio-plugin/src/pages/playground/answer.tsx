import { useMay } from '../../app/use-me.js';
import { Empty } from '../../kit/empty.js';
import { Notice } from '../../kit/notice.js';
import { Section } from '../../kit/section.js';
import { Status } from '../../kit/status.js';
import type { Shown } from '../../kit/status-words.js';
import { AnswerFigures } from './answer-figures.js';
import { Chosen } from './chosen.js';
import type { Run } from './use-run.js';
import { useUsageEvent } from './use-usage-event.js';

const STATE: Record<Run['state'], Shown> = {
  waiting: { name: 'rolling', word: 'waiting for the first byte' },
  streaming: { name: 'rolling', word: 'streaming' },
  done: { name: 'live', word: 'done' },
  stopped: { name: 'draft', word: 'stopped' },
  failed: { name: 'failed', word: 'failed' },
};

export function Answer({ run, environment }: { run: Run | undefined; environment: string }) {
  const may = useMay()('usage:read');
  const usage = useUsageEvent(run?.head?.requestId ?? null, may && run?.totalMs != null);
  return (
    <Section
      title="Answer"
      actions={
        // said once a state, not once a piece
        <span role="status">{run && <Status {...STATE[run.state]} />}</span>
      }
    >
      {!run && (
        <Empty kind="nothing-yet" title="Nothing has been asked yet">
          The answer appears here while it comes, with its times, tokens and cost.
        </Empty>
      )}
      {run?.error && (
        <Notice tone="bad" title={run.error.message} role="alert">
          {run.error.status !== null && <p className="amh-text amh-small amh-muted">HTTP status {run.error.status}</p>}
        </Notice>
      )}
      {run && (run.text !== '' || !run.error) && (
        <div
          className="amh-answer"
          role="group"
          aria-label="Text of the answer"
          aria-busy={run.state === 'waiting' || run.state === 'streaming'}
          tabIndex={0}
        >
          {run.text === '' ? (
            <span className="amh-muted">{run.state === 'done' ? 'The answer is empty.' : 'Nothing has come yet.'}</span>
          ) : (
            run.text
          )}
        </div>
      )}
      {run && <AnswerFigures run={run} usage={usage} />}
      {run?.head && <Chosen head={run.head} reason={usage.data?.routeReason ?? run.head.reason} environment={environment} />}
    </Section>
  );
}
