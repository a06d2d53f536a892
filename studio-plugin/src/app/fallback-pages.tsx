import { Link } from '@tanstack/react-router';
import { Empty } from '../kit/empty.js';
import { Page } from '../kit/page.js';
import { ProblemNotice } from '../kit/problem-notice.js';

export function NotFoundPage() {
  return (
    <Page title="No such page">
      <Empty
        kind="filtered-out"
        title="Nothing lives at this address"
        action={
          <Link to="/models" className="amh-link">
            Go to the models
          </Link>
        }
      >
        The address may have been mistyped, or what was here has been removed.
      </Empty>
    </Page>
  );
}
export function FailedPage({ error, reset }: { error: unknown; reset: () => void }) {
  return (
    <Page title="This page failed">
      <ProblemNotice error={error} onRetry={reset} />
    </Page>
  );
}
