import { type FormEvent, useState } from 'react';
import type { ConnectionView } from '#core/connection/schema.js';
import { useAction } from '../../app/use-action.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { TextInput } from '../../kit/input.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { useToast } from '../../kit/use-toast.js';
import { errorAt, errorsOf } from '../deploy/field-errors.js';
import { RegionField } from './region-field.js';

/** Another address, credential or region; an empty credential leaves the sealed one as it is. */
export function CredentialForm({ connection, onClose }: { connection: ConnectionView; onClose: () => void }) {
  const toast = useToast();
  const [baseUrl, setBaseUrl] = useState(connection.baseUrl);
  const [credential, setCredential] = useState('');
  const [region, setRegion] = useState(connection.region ?? '');
  const save = useAction('connections.update', {
    invalidates: ['connections.list', 'connections.get', 'models.get'],
    onDone: () => {
      toast(`Changed ${connection.name}`);
      onClose();
    },
  });
  const errors = errorsOf(save.error);
  const url = baseUrl.trim() === connection.baseUrl ? {} : { baseUrl: baseUrl.trim() };
  const secret = credential.trim() === '' ? {} : { credential: credential.trim() };
  const place = region.trim() === (connection.region ?? '') ? {} : { region: region.trim() === '' ? null : region.trim() };
  const body = { ...url, ...secret, ...place };
  const nothing = Object.keys(body).length === 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!nothing) save.mutate({ params: { name: connection.name }, body });
  };
  return (
    <form className="amh-stack" onSubmit={submit} noValidate>
      <Field
        label="New credential"
        error={errorAt(errors, 'credential')}
        hint="Deployments that use this connection take it from their next call on."
      >
        {(ids) => <TextInput {...ids} type="password" value={credential} onText={setCredential} />}
      </Field>
      <Field label="Base URL" error={errorAt(errors, 'baseUrl')}>
        {(ids) => <TextInput {...ids} type="url" value={baseUrl} onText={setBaseUrl} />}
      </Field>
      <RegionField value={region} error={errorAt(errors, 'region')} onText={setRegion} />
      {save.error && <ProblemNotice error={save.error} shown={['credential', 'baseUrl', 'region']} />}
      <div className="amh-row amh-row-end">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={save.isPending} blocked={nothing ? 'Nothing has been changed yet.' : undefined}>
          Change {connection.name}
        </Button>
      </div>
    </form>
  );
}
