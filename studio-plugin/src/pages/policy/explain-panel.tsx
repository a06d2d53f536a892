import { type FormEvent, useState } from 'react';
import type { PolicyView } from '#core/routing/contract.js';
import { useAction } from '../../app/use-action.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { TextArea } from '../../kit/input.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Section } from '../../kit/section.js';
import { errorsOf } from '../deploy/field-errors.js';
import { askedOf, sampleRequest } from './explain-request.js';
import { ExplainResult } from './explain-result.js';

/** What the gateway would do with a call now, by the policy as it is saved; nothing is sent to a model. */
export function ExplainPanel({ policy }: { policy: PolicyView }) {
  const [request, setRequest] = useState(() => sampleRequest(policy.name));
  const [headers, setHeaders] = useState('');
  const [fault, setFault] = useState<{ field: string; message: string }>();
  const explain = useAction('routing.explain');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const asked = askedOf(request, headers);
    setFault(asked.ok ? undefined : asked);
    if (asked.ok) explain.mutate({ body: { environment: policy.environment, request: asked.request, headers: asked.headers } });
    else explain.reset();
  };
  const at = (field: string): string | undefined =>
    fault?.field === field
      ? fault.message
      : errorsOf(explain.error).find((e) => e.path === field || e.path.startsWith(`${field}.`))?.message;
  return (
    <Section title="Explain a call">
      <form className="amh-stack" onSubmit={submit} noValidate>
        <div className="amh-form-grid">
          <Field label="Request" error={at('request')} hint="The body of a chat completion, as a caller would send it.">
            {(ids) => <TextArea {...ids} rows={11} value={request} onText={setRequest} />}
          </Field>
          <Field label="Headers" optional error={at('headers')} hint="One a line, as in x-modelhub-meta-team: legal">
            {(ids) => <TextArea {...ids} rows={11} value={headers} onText={setHeaders} />}
          </Field>
        </div>
        <div className="amh-row">
          <Button type="submit" busy={explain.isPending}>
            Explain this call
          </Button>
          <span className="amh-field-hint">By the policy as it is saved and by what the gateway knows now; no model is called.</span>
        </div>
      </form>
      {explain.error && <ProblemNotice error={explain.error} />}
      {explain.data && <ExplainResult explanation={explain.data} environment={policy.environment} />}
    </Section>
  );
}
