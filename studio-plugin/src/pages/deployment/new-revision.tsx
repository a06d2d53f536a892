import type { DeploymentAnswer } from '#core/deployment/schema.js';
import { useCall } from '../../app/use-call.js';
import { Dialog } from '../../kit/dialog.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { DeployDialog } from '../deploy/deploy-dialog.js';
import { formOf } from '../deploy/deploy-form.js';
import { nowServing } from './view.js';

/** The deploy dialog, filled in with what serves now (or with the last revision, when nothing does). */
export function NewRevision({ deployment: d, onClose }: { deployment: DeploymentAnswer; onClose: () => void }) {
  const spec = (nowServing(d) ?? d.revisions[0])?.spec;
  const { data: model, error } = useCall('models.get', { params: { id: spec?.modelId ?? '' } }, { enabled: spec !== undefined });
  if (model && spec)
    return (
      <DeployDialog
        model={model}
        existing={d}
        initial={formOf(model, d.name, d.environment, spec)}
        onClose={onClose}
        onDeployed={onClose}
      />
    );
  return (
    <Dialog open onClose={onClose} title={`Deploy a new revision of ${d.name}`}>
      {error ? <ProblemNotice error={error} /> : <Skeleton rows={4} label="Loading the model" />}
    </Dialog>
  );
}
