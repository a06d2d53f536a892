import { type FormEvent, useState } from 'react';
import { ROLES, type Role } from '#core/identity/permissions.js';
import { useAction } from '../../app/use-action.js';
import { Button } from '../../kit/button.js';
import { Dialog } from '../../kit/dialog.js';
import { Field } from '../../kit/field.js';
import { Select, TextInput } from '../../kit/input.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { errorAt, errorsOf } from '../deploy/field-errors.js';
import { NewKey } from './new-key.js';

/** Two steps: what the key may do, then the key itself, once. */
export function KeyDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('developer');
  const [scope, setScope] = useState('');
  const [expires, setExpires] = useState('');
  const create = useAction('keys.create', { invalidates: ['keys.list'] });
  const errors = errorsOf(create.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate({
      body: {
        name: name.trim(),
        role,
        scope: scope.trim(),
        ...(expires === '' ? {} : { expiresAt: new Date(`${expires}T23:59:59`).toISOString() }),
      },
    });
  };
  if (create.data) return <NewKey created={create.data} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} title="Create an API key">
      <form className="amh-stack" onSubmit={submit} noValidate>
        <Field label="Name" error={errorAt(errors, 'name')} hint="Who or what will use it.">
          {(ids) => <TextInput {...ids} value={name} onText={setName} />}
        </Field>
        <Field
          label="Role"
          error={errorAt(errors, 'role')}
          hint="Viewers read; developers deploy and call; operators roll back and connect; admins do everything."
        >
          {(ids) => <Select {...ids} value={role} options={ROLES.map((r) => [r, r] as const)} onText={(v) => setRole(v as Role)} />}
        </Field>
        <Field
          label="Scope"
          optional
          error={errorAt(errors, 'scope')}
          hint="workspace/project/environment or the beginning of it; empty is the whole organisation."
        >
          {(ids) => <TextInput {...ids} value={scope} onText={setScope} />}
        </Field>
        <Field label="Expires at the end of" optional error={errorAt(errors, 'expiresAt')}>
          {(ids) => <TextInput {...ids} type="date" value={expires} onText={setExpires} />}
        </Field>
        {create.error && <ProblemNotice error={create.error} shown={['name', 'role', 'scope', 'expiresAt']} />}
        <div className="amh-row amh-row-end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            Create key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
