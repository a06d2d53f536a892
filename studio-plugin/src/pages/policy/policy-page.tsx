import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAction } from '../../app/use-action.js';
import { useCall } from '../../app/use-call.js';
import { useLiveTopic, usePolling } from '../../app/use-live.js';
import { useForbidden } from '../../app/use-me.js';
import { ProblemError } from '../../client/index.js';
import { Button } from '../../kit/button.js';
import { ConfirmDialog } from '../../kit/confirm-dialog.js';
import { Notice } from '../../kit/notice.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { Time } from '../../kit/time.js';
import { useToast } from '../../kit/use-toast.js';
import { useKeyNames } from '../requests/use-key-names.js';
import { ExplainPanel } from './explain-panel.js';
import { PolicyEditor } from './policy-editor.js';

const route = getRouteApi('/inside/routing/$environment/$name');

/** One policy: what it would do now, and the policy itself to edit. */
export function PolicyPage() {
  const params = route.useParams();
  const navigate = route.useNavigate();
  const toast = useToast();
  const blocked = useForbidden()('routing:write');
  const { nameOf } = useKeyNames();
  const [deleting, setDeleting] = useState(false);
  useLiveTopic('routing', [['policies.get', { params }]]);
  const { data: policy, error, refetch } = useCall('policies.get', { params }, { refetchInterval: usePolling() });
  // the editor keeps what it was opened with: someone else's change is told, not put under one's hands
  const [opened, setOpened] = useState(policy);
  if (policy && (opened === undefined || opened.name !== policy.name || opened.environment !== policy.environment)) setOpened(policy);
  const remove = useAction('policies.delete', {
    invalidates: ['policies.list'],
    onDone: () => {
      toast(`Deleted the policy ${params.name}`);
      void navigate({ to: '/routing' });
    },
  });
  const crumbs = [{ label: 'Routing', to: '/routing' }, { label: params.environment }];
  if (!policy || !opened)
    return (
      <Page title={params.name} crumbs={crumbs}>
        {error ? (
          <ProblemNotice error={error} onRetry={error instanceof ProblemError && error.status === 404 ? undefined : () => void refetch()} />
        ) : (
          <Skeleton rows={8} label="Loading the policy" />
        )}
      </Page>
    );
  return (
    <Page
      title={policy.name}
      crumbs={crumbs}
      {...(policy.scope === '' ? {} : { scope: policy.scope })}
      actions={
        <div className="amh-row">
          <Link to="/playground" search={{ environment: params.environment, model: policy.name }} className="amh-button">
            Try {policy.name}
          </Link>
          <Link to="/requests" search={{ environment: params.environment, policy: policy.name }} className="amh-button">
            Show its requests
          </Link>
          <Button look="danger" blocked={blocked} onClick={() => setDeleting(true)}>
            Delete {policy.name}
          </Button>
        </div>
      }
    >
      <p className="amh-text amh-small amh-muted">
        Changed <Time iso={policy.updatedAt} /> by {nameOf(policy.updatedBy)}
      </p>
      {policy.updatedAt !== opened.updatedAt && (
        <Notice tone="warn" title={`${nameOf(policy.updatedBy)} has changed this policy meanwhile`} role="status">
          <div className="amh-row">
            <Button onClick={() => setOpened(policy)}>Show the policy as it is now</Button>
          </div>
        </Notice>
      )}
      <ExplainPanel policy={policy} />
      <PolicyEditor key={opened.updatedAt} existing={opened} environment={opened.environment} onSaved={setOpened} />
      <ConfirmDialog
        open={deleting}
        title={`Delete the policy ${policy.name}`}
        text={`Calls of ${policy.name} in ${policy.environment} reach a deployment of that name directly, or are refused when there is none.`}
        action={`Delete ${policy.name}`}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ params })}
        onClose={() => {
          setDeleting(false);
          remove.reset();
        }}
      />
    </Page>
  );
}
