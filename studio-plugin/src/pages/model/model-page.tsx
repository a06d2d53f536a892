import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useCall } from '../../app/use-call.js';
import { useLiveTopic, usePolling } from '../../app/use-live.js';
import { useForbidden } from '../../app/use-me.js';
import { ProblemError } from '../../client/index.js';
import { Button } from '../../kit/button.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { Status } from '../../kit/status.js';
import { MODEL_STATUS, statusOf } from '../../kit/status-words.js';
import { DeployDialog } from '../deploy/deploy-dialog.js';
import { ModelFigures } from './model-figures.js';
import { ModelLinks } from './model-links.js';
import { ModelOverview } from './model-overview.js';
import { ModelPrices } from './model-prices.js';
import { ModelVersions } from './model-versions.js';
import { DeprecatedNotice } from './deprecated-notice.js';
import { TryModel } from './try-model.js';

const route = getRouteApi('/inside/models/$id');
const CRUMBS = [{ label: 'Models', to: '/models' }];

export function ModelPage() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const input = { params: { id } };
  useLiveTopic('catalog', [['models.get', input]]);
  useLiveTopic('deployments', [['models.get', input]]);
  const { data: model, error, refetch } = useCall('models.get', input, { refetchInterval: usePolling() });
  const forbidden = useForbidden();
  const [deploying, setDeploying] = useState(false);
  if (!model)
    return (
      <Page title={id} crumbs={CRUMBS}>
        {error ? (
          <ProblemNotice error={error} onRetry={error instanceof ProblemError && error.status === 404 ? undefined : () => void refetch()} />
        ) : (
          <Skeleton rows={8} label="Loading the model" />
        )}
      </Page>
    );
  return (
    <Page
      title={model.name}
      crumbs={CRUMBS}
      scope={`${model.providerName} · ${model.id}`}
      status={<Status {...statusOf(MODEL_STATUS, model.status)} />}
      actions={
        <div className="amh-row">
          <TryModel model={model} />
          <Button look="primary" blocked={forbidden('deployment:deploy')} onClick={() => setDeploying(true)}>
            Deploy this model
          </Button>
        </div>
      }
    >
      <DeprecatedNotice model={model} />
      <ModelFigures model={model} />
      <ModelOverview model={model} />
      <ModelPrices model={model} />
      <ModelVersions model={model} />
      <ModelLinks model={model} />
      {deploying && (
        <DeployDialog
          model={model}
          onClose={() => setDeploying(false)}
          onDeployed={(d) => void navigate({ to: '/deployments/$environment/$name', params: { environment: d.environment, name: d.name } })}
        />
      )}
    </Page>
  );
}
