import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useForbidden, useMe } from '../../app/use-me.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { Answer } from './answer.js';
import { AsCode } from './as-code.js';
import { AskForm } from './ask-form.js';
import { bodyOf, EMPTY_ASK } from './draft.js';
import { TargetFields } from './target-fields.js';
import { useRun } from './use-run.js';
import { useTargets } from './use-targets.js';
import './playground.css';

const route = getRouteApi('/inside/playground');

/** One message to a deployment or a policy, by the way that every caller takes, with the key of this session. */
export function PlaygroundPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me, error, refetch } = useMe();
  const forbidden = useForbidden();
  const [draft, setDraft] = useState(EMPTY_ASK);
  const { run, send, stop } = useRun();
  const model = search.model ?? '';
  const targets = useTargets();
  const environment =
    search.environment ?? targets.all.find((t) => t.name === model || model === '')?.environment ?? me?.environments[0] ?? '';
  const here = targets.all.filter((t) => t.environment === environment);
  if (!me)
    return (
      <Page title="Playground">
        {error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : <Skeleton rows={8} label="Loading the playground" />}
      </Page>
    );
  const blocked =
    forbidden('gateway:call') ??
    (model === '' ? 'Choose a deployment or a policy first.' : here.find((t) => t.name === model)?.blocked) ??
    (draft.user.trim() === '' ? 'Write a message first.' : undefined);
  const asked = { gateway: me.links.gateway, environment, body: bodyOf(model, draft) };
  return (
    <Page title="Playground" scope={`${environment} · through ${me.links.gateway}`}>
      {targets.error && <ProblemNotice error={targets.error} onRetry={targets.retry} />}
      <div className="amh-play">
        <AskForm
          draft={draft}
          onChange={setDraft}
          blocked={blocked}
          running={run?.state === 'waiting' || run?.state === 'streaming'}
          onSend={() => send(asked)}
          onStop={stop}
        >
          <TargetFields
            environments={me.environments}
            environment={environment}
            model={model}
            targets={here}
            loading={targets.loading}
            onChange={(patch) =>
              void navigate({
                search: (before) => ({ ...before, environment, ...patch, ...(patch.model === '' ? { model: undefined } : {}) }),
                replace: true,
                resetScroll: false,
              })
            }
          />
        </AskForm>
        <div className="amh-stack amh-stack-wide">
          <Answer run={run} environment={environment} />
          <AsCode sample={{ ...asked, embedding: false }} />
        </div>
      </div>
    </Page>
  );
}
