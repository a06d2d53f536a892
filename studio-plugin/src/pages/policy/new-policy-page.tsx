import { getRouteApi } from '@tanstack/react-router';
import { useMe } from '../../app/use-me.js';
import { Page } from '../../kit/page.js';
import { ProblemNotice } from '../../kit/problem-notice.js';
import { Skeleton } from '../../kit/skeleton.js';
import { PolicyEditor } from './policy-editor.js';

const route = getRouteApi('/inside/routing/new');

export function NewPolicyPage() {
  const { environment } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me, error, refetch } = useMe();
  return (
    <Page title="New policy" crumbs={[{ label: 'Routing', to: '/routing' }]}>
      {!me && (error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : <Skeleton rows={8} label="Loading" />)}
      {me && (
        <PolicyEditor
          environment={environment ?? me.environments[0] ?? ''}
          onSaved={(p) => void navigate({ to: '/routing/$environment/$name', params: { environment: p.environment, name: p.name } })}
        />
      )}
    </Page>
  );
}
