import { type FormEvent, useState } from 'react';
import type { DeploymentAnswer } from '#core/deployment/schema.js';
import type { GatewaySettings } from '#core/routing/schema.js';
import { useAction } from '../../app/use-action.js';
import { useCall } from '../../app/use-call.js';
import { useLiveTopic } from '../../app/use-live.js';
import { useForbidden } from '../../app/use-me.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Select, TextInput } from '../../kit/input.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Section } from '../../kit/section.js';
import { Time } from '../../kit/time.js';
import { useToast } from '../../kit/use-toast.js';
import { errorAt, errorsOf } from '../deploy/field-errors.js';

type Choice = GatewaySettings['unpriced'];
const CHOICES = [
  ['allow', 'let them pass; their cost is unknown'],
  ['block', 'refuse them'],
  ['flat', 'count a flat sum each'],
] as const;

/** What the gateway does with calls whose model has no known price. */
export function UnpricedCalls({ deployment: d }: { deployment: DeploymentAnswer }) {
  const params = { environment: d.environment, name: d.name };
  useLiveTopic('routing', [['gatewaySettings.get', { params }]]);
  const { data, error, refetch } = useCall('gatewaySettings.get', { params });
  return (
    <Section title="Calls without a known price">
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {data && <SettingsForm key={data.updatedAt ?? ''} settings={data} params={params} />}
    </Section>
  );
}

interface FormProps {
  settings: GatewaySettings & { updatedAt: string | null; updatedBy: string | null };
  params: { environment: string; name: string };
}
function SettingsForm({ settings, params }: FormProps) {
  const toast = useToast();
  const blocked = useForbidden()('routing:write');
  const [choice, setChoice] = useState<Choice>(settings.unpriced);
  const [dollars, setDollars] = useState(settings.flatNano === undefined ? '' : String(settings.flatNano / 1e9));
  const save = useAction('gatewaySettings.put', {
    invalidates: ['gatewaySettings.get'],
    onDone: () => toast(`Saved for ${params.name}; the gateways obey it within a second`),
  });
  const flat = dollars.trim() === '' ? Number.NaN : Math.round(Number(dollars) * 1e9);
  const fault = choice === 'flat' && !(flat >= 0) ? 'say it in dollars, as in 0.002' : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (fault === undefined) save.mutate({ params, body: { unpriced: choice, ...(choice === 'flat' ? { flatNano: flat } : {}) } });
  };
  const unchanged = choice === settings.unpriced && (choice !== 'flat' || flat === settings.flatNano);
  return (
    <form className="amh-stack" onSubmit={submit} noValidate>
      <div className="amh-form-grid">
        <Field
          label="The gateway will"
          error={errorAt(errorsOf(save.error), 'unpriced')}
          hint={
            settings.updatedAt === null ? (
              'As nobody has set anything else.'
            ) : (
              <>
                Set <Time iso={settings.updatedAt} /> by {settings.updatedBy}.
              </>
            )
          }
        >
          {(ids) => <Select {...ids} value={choice} options={CHOICES} onText={(v) => setChoice(v as Choice)} />}
        </Field>
        {choice === 'flat' && (
          <Field label="Dollars a call" error={dollars === '' ? undefined : (fault ?? errorAt(errorsOf(save.error), 'flatNano'))}>
            {(ids) => <TextInput {...ids} inputMode="decimal" value={dollars} onText={setDollars} />}
          </Field>
        )}
      </div>
      {save.error && <ProblemNotice error={save.error} shown={['unpriced', 'flatNano']} />}
      <div className="amh-row">
        <Button
          type="submit"
          busy={save.isPending}
          blocked={
            blocked ?? (unchanged ? 'Nothing has been changed yet.' : fault === undefined ? undefined : 'Say what a call counts as.')
          }
        >
          Save for {params.name}
        </Button>
      </div>
    </form>
  );
}
