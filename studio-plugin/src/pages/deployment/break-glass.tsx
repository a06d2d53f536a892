import type { DeploymentAnswer, Revision } from '#core/deployment/schema.js';
import { useAction } from '../../app/use-action.js';
import { useForbidden } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { Notice } from '../../kit/notice.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { useToast } from '../../kit/use-toast.js';

interface Props {
  deployment: DeploymentAnswer;
  to: Revision;
  reason: string;
  onDone: () => void;
}
/** The gateways are told directly; the workflow adopts it when it is back. */
export function BreakGlass({ deployment: d, to, reason, onDone }: Props) {
  const toast = useToast();
  const forbidden = useForbidden()('deployment:breakGlass');
  const act = useAction('deployments.breakGlass', {
    invalidates: ['deployments.get', 'deployments.list'],
    onDone: () => {
      toast(`Break-glass: all calls of ${d.name} go to r${to.number}`);
      onDone();
    },
  });
  const short = reason.trim().length < 3 ? 'Write a reason of at least three characters first.' : undefined;
  return (
    <Notice tone="warn" title="The workflow cannot be reached, the gateways can">
      <p className="amh-text">
        Break-glass moves all traffic of {d.name} to r{to.number} without the workflow, which adopts it once it is back.
      </p>
      {act.error && <ProblemNotice error={act.error} />}
      <div className="amh-row">
        <Button
          look="danger"
          busy={act.isPending}
          blocked={forbidden ?? short}
          onClick={() =>
            act.mutate({ params: { environment: d.environment, name: d.name }, body: { to: to.digest, reason: reason.trim() } })
          }
        >
          Break glass to r{to.number}
        </Button>
      </div>
    </Notice>
  );
}
