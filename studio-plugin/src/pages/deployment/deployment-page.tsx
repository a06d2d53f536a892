import { getRouteApi } from '@tanstack/react-router';
import { deploymentTopic } from '#core/shared/live.js';
import { useCall } from '../../app/use-call.js';
import { useLiveTopic, usePolling } from '../../app/use-live.js';
import { ProblemError } from '../../client/index.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { Status } from '../../kit/status.js';
import { PHASE_STATUS, statusOf } from '../../kit/status-words.js';
import { DeploymentBody } from './deployment-body.js';
import { DeploymentVerbs } from './deployment-verbs.js';

const route = getRouteApi('/inside/deployments/$environment/$name');

export function DeploymentPage() {
  const params = route.useParams();
  const input = { params };
  useLiveTopic(deploymentTopic(params.environment, params.name), [
    ['deployments.get', input],
    ['deployments.replicas', input],
  ]);
  const { data, error, refetch } = useCall('deployments.get', input, { refetchInterval: usePolling() });
  const crumbs = [{ label: 'Deployments', to: '/deployments' }, { label: params.environment }];
  if (!data)
    return (
      <Page title={params.name} crumbs={crumbs}>
        {error ? (
          <ProblemNotice error={error} onRetry={error instanceof ProblemError && error.status === 404 ? undefined : () => void refetch()} />
        ) : (
          <Skeleton rows={8} label="Loading the deployment" />
        )}
      </Page>
    );
  return (
    <Page
      title={data.name}
      crumbs={crumbs}
      scope={data.scope}
      status={
        <span role="status">
          <Status {...statusOf(PHASE_STATUS, data.phase)} />
        </span>
      }
      actions={<DeploymentVerbs deployment={data} />}
    >
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      <DeploymentBody deployment={data} />
    </Page>
  );
}
