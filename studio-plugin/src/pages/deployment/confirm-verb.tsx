import type { DeploymentAnswer } from '#core/deployment/schema.js';
import { DEPLOYMENT_VERBS, type DeploymentVerb } from '#core/deployment/verbs.js';
import type { Verb } from '#core/shared/verb.js';
import { ConfirmDialog } from '../../kit/confirm-dialog.js';
import { useToast } from '../../kit/use-toast.js';
import { fill } from './confirm-text.js';
import { useVerb } from './use-verb.js';

interface Props {
  deployment: DeploymentAnswer;
  verb: Exclude<DeploymentVerb, 'deploy' | 'rollback'>;
  onClose: () => void;
}
export function ConfirmVerb({ deployment: d, verb, onClose }: Props) {
  const toast = useToast();
  const { label, confirm = '' }: Verb<string> = DEPLOYMENT_VERBS[verb];
  const action = `${label} ${d.name}`;
  const send = useVerb(d, () => {
    toast(`${action}: done`);
    onClose();
  });
  return (
    <ConfirmDialog
      open
      title={`${action} in ${d.environment}`}
      text={fill(confirm, { name: d.name, environment: d.environment })}
      action={action}
      busy={send.running !== undefined}
      error={send.error}
      onConfirm={() => send.run(verb)}
      onClose={onClose}
    />
  );
}
