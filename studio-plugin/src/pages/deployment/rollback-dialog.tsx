import { useState } from 'react';
import type { DeploymentAnswer, Revision } from '#core/deployment/schema.js';
import { DEPLOYMENT_VERBS } from '#core/deployment/verbs.js';
import { ProblemError } from '../../client/index.js';
import { ConfirmDialog } from '../../kit/confirm-dialog.js';
import { Field } from '../../kit/field.js';
import { TextInput } from '../../kit/input.js';
import { useToast } from '../../kit/use-toast.js';
import { BreakGlass } from './break-glass.js';
import { fill } from './confirm-text.js';
import { useVerb } from './use-verb.js';

/** Names what moves and where. When the workflow cannot be reached, it offers the way around it. */
export function RollbackDialog({ deployment: d, to, onClose }: { deployment: DeploymentAnswer; to: Revision; onClose: () => void }) {
  const toast = useToast();
  const [reason, setReason] = useState('');
  const action = `Roll back to r${to.number}`;
  const verb = useVerb(d, () => {
    toast(`${d.name} goes back to r${to.number}`);
    onClose();
  });
  const away = verb.error instanceof ProblemError && verb.error.status === 503;
  return (
    <ConfirmDialog
      open
      title={`${action} in ${d.environment}`}
      text={fill(DEPLOYMENT_VERBS.rollback.confirm, { name: d.name, environment: d.environment, to: `r${to.number}` })}
      action={action}
      busy={verb.running !== undefined}
      error={verb.error}
      onConfirm={() => verb.run('rollback', { to: to.digest, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) })}
      onClose={onClose}
      wayOut={away && <BreakGlass deployment={d} to={to} reason={reason} onDone={onClose} />}
    >
      <Field label="Reason" optional hint="Stands in the audit trail.">
        {(ids) => <TextInput {...ids} value={reason} onText={setReason} maxLength={400} />}
      </Field>
    </ConfirmDialog>
  );
}
