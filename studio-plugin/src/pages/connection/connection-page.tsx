import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ConnectionView } from '#core/connection/schema.js';
import { useCall } from '../../app/use-call.js';
import { useLiveTopic, usePolling } from '../../app/use-live.js';
import { useForbidden } from '../../app/use-me.js';
import { ProblemError } from '../../client/index.js';
import { Button } from '../../kit/button.js';
import { Dialog } from '../../kit/dialog.js';
import { Facts } from '../../kit/facts.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { Time } from '../../kit/time.js';
import { CheckResult } from '../connections/check-result.js';
import { Credential } from '../connections/connections-table.js';
import { CredentialForm } from '../connections/credential-form.js';
import { KIND_WORDS } from '../connections/kind-words.js';
import { useCheck } from '../connections/use-check.js';
import { HealthTable } from './health-table.js';

const route = getRouteApi('/inside/connections/$name');
const CRUMBS = [{ label: 'Connections', to: '/connections' }];

/** One connection: whether it works now, and how the models behind it do. */
export function ConnectionPage() {
  const params = route.useParams();
  useLiveTopic('connections', [['connections.get', { params }]]);
  const { data: connection, error, refetch } = useCall('connections.get', { params }, { refetchInterval: usePolling() });
  const blocked = useForbidden()('connection:write');
  const check = useCheck();
  const [changing, setChanging] = useState(false);
  if (!connection)
    return (
      <Page title={params.name} crumbs={CRUMBS}>
        {error ? (
          <ProblemNotice error={error} onRetry={error instanceof ProblemError && error.status === 404 ? undefined : () => void refetch()} />
        ) : (
          <Skeleton rows={6} label="Loading the connection" />
        )}
      </Page>
    );
  return (
    <Page
      title={connection.name}
      crumbs={CRUMBS}
      actions={
        <div className="amh-row">
          <Button blocked={blocked} busy={check.isPending} onClick={() => check.mutate({ params })}>
            Check {connection.name}
          </Button>
          <Button blocked={blocked} onClick={() => setChanging(true)}>
            Change {connection.name}
          </Button>
        </div>
      }
    >
      <CheckResult result={check.data} error={check.error} />
      <ConnectionFacts connection={connection} />
      <HealthTable name={connection.name} />
      <Dialog open={changing} onClose={() => setChanging(false)} title={`Change ${connection.name}`}>
        <CredentialForm connection={connection} onClose={() => setChanging(false)} />
      </Dialog>
    </Page>
  );
}

function ConnectionFacts({ connection: c }: { connection: ConnectionView }) {
  return (
    <Facts
      items={[
        ['Kind', KIND_WORDS[c.kind]],
        [
          'Provider',
          <Link key="p" to="/models" search={{ provider: [c.provider] }} className="amh-link">
            {c.provider}
          </Link>,
        ],
        [
          'Base URL',
          <span key="u" className="amh-mono">
            {c.baseUrl}
          </span>,
        ],
        ['Region', c.region ?? <span className="amh-muted">not said</span>],
        ['Credential', <Credential key="c" connection={c} />],
        ['Changed', <Time key="t" iso={c.updatedAt} />],
      ]}
    />
  );
}
