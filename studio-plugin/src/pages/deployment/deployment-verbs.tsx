import { useState } from 'react';
import type { DeploymentAnswer } from '#core/deployment/schema.js';
import { DEPLOYMENT_VERBS, type DeploymentVerb } from '#core/deployment/verbs.js';
import { useForbidden } from '../../app/use-me.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { VerbBar } from '../../kit/verb-bar.js';
import { ConfirmVerb } from './confirm-verb.js';
import { NewRevision } from './new-revision.js';
import { RollbackDialog } from './rollback-dialog.js';
import { useVerb } from './use-verb.js';
import { rollbackTarget } from './view.js';

type Plain = Exclude<DeploymentVerb, 'deploy' | 'rollback'>;
const needsConfirm = (verb: Plain): boolean => 'confirm' in DEPLOYMENT_VERBS[verb];

/** What can be done to the deployment now, and the dialogs in between. */
export function DeploymentVerbs({ deployment: d }: { deployment: DeploymentAnswer }) {
  const [open, setOpen] = useState<DeploymentVerb>();
  const forbidden = useForbidden();
  const verb = useVerb(d);
  const previous = rollbackTarget(d);
  const press = (name: DeploymentVerb): void => {
    verb.reset();
    if (name === 'deploy' || name === 'rollback' || needsConfirm(name)) setOpen(name);
    else verb.run(name);
  };
  const close = (): void => setOpen(undefined);
  return (
    <div className="amh-stack">
      <VerbBar
        table={DEPLOYMENT_VERBS}
        phase={d.phase}
        legal={d.legal}
        primary="deploy"
        label={(v) =>
          v === 'rollback' && previous
            ? `Roll back to r${previous.number}`
            : v === 'deploy'
              ? 'Deploy a revision'
              : DEPLOYMENT_VERBS[v].label
        }
        forbidden={(v) => forbidden(`deployment:${v}`)}
        because={{ rollback: 'There is no earlier revision to go back to.', retry: 'The last rollout did not fail.' }}
        busy={open === undefined ? verb.running : undefined}
        onVerb={press}
      />
      {open === undefined && verb.error !== null && <ProblemNotice error={verb.error} />}
      {open === 'deploy' && <NewRevision deployment={d} onClose={close} />}
      {open === 'rollback' && previous && <RollbackDialog deployment={d} to={previous} onClose={close} />}
      {open !== undefined && open !== 'deploy' && open !== 'rollback' && <ConfirmVerb deployment={d} verb={open} onClose={close} />}
    </div>
  );
}
