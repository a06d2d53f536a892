import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useHub } from '../../app/hub-context.js';
import { createClient } from '../../client/index.js';
import { Button } from '../../kit/button.js';
import { Checkbox } from '../../kit/checkbox.js';
import { Field } from '../../kit/field.js';
import { TextInput } from '../../kit/input.js';
import { Notice } from '../../kit/notice.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import './sign-in.css';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { session } = useHub();
  const router = useRouter();
  const { to } = route.useSearch();
  const [key, setKey] = useState('');
  const [remember, setRemember] = useState(false);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const tried = key.trim();
    if (tried === '') return setError(new Error('Paste an API key first. It begins with mhk_.'));
    setBusy(true);
    setError(undefined);
    try {
      // tried before it is kept: a wrong key leaves no trace
      await createClient({ baseUrl: '', getToken: () => tried }).call('me.get');
      session.start(tried, remember);
      router.history.push(to ?? '/models');
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  return (
    <main className="amh-sign-in">
      <Page title="Sign in to the Model Hub">
        {session.ended !== undefined && <Notice tone="warn" title={session.ended} />}
        <form className="amh-stack" onSubmit={(e) => void submit(e)} noValidate>
          <Field label="API key" hint="The first start of the hub prints one, and keeps it in its data folder as admin-key.">
            {(ids) => <TextInput {...ids} type="password" value={key} onText={setKey} autoFocus name="key" />}
          </Field>
          <Checkbox checked={remember} onChange={setRemember}>
            Remember on this device
          </Checkbox>
          {error !== undefined && <ProblemNotice error={error} />}
          <div className="amh-row">
            <Button type="submit" look="primary" busy={busy}>
              Sign in
            </Button>
          </div>
        </form>
      </Page>
    </main>
  );
}
