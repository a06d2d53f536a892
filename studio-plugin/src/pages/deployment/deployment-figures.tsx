import { Link } from '@tanstack/react-router';
import type { DeploymentAnswer } from '#core/deployment/schema.js';
import { useCall } from '../../app/use-call.js';
import { type Figure, Figures } from '../../kit/figures.js';
import { Time } from '../../kit/time.js';
import { nowServing, revisionBy } from './view.js';

/** Who serves, since when, and with what. */
export function DeploymentFigures({ deployment: d }: { deployment: DeploymentAnswer }) {
  const replicas = useCall('deployments.replicas', { params: { environment: d.environment, name: d.name } });
  const now = d.override ? revisionBy(d, d.override.revision) : nowServing(d);
  const items: Figure[] = [
    {
      label: 'Serving',
      value: now ? `r${now.number}` : 'nothing',
      note: now ? (
        <Link to="/models/$id" params={{ id: now.spec.modelId }} className="amh-link">
          {now.spec.modelId} {now.spec.modelVersion}
        </Link>
      ) : (
        'no revision has gone live'
      ),
    },
    {
      label: 'Traffic',
      value: now ? '100 %' : 'none',
      note: now ? `to r${now.number}, route version ${d.routeVersion}` : `route version ${d.routeVersion}`,
    },
    now ? replicaFigure(d, now, replicas.data) : { label: 'Replicas', value: 'none', note: 'nothing serves' },
    {
      label: 'Phase since',
      value: <Time iso={d.phaseSince} />,
      note: (
        <>
          created <Time iso={d.createdAt} />
        </>
      ),
    },
    {
      label: 'Workflow',
      value:
        d.links.temporal === undefined ? (
          'no Temporal UI'
        ) : (
          <a href={d.links.temporal} target="_blank" rel="noreferrer" className="amh-link">
            Temporal UI
          </a>
        ),
      note: <span className="amh-mono">{d.workflowId}</span>,
    },
  ];
  return <Figures items={items} />;
}

type Observed = { observed: boolean; reason?: string | undefined; revisions: Record<string, { state: string }[]> } | undefined;
function replicaFigure(d: DeploymentAnswer, now: NonNullable<ReturnType<typeof nowServing>>, observed: Observed): Figure {
  const label = 'Replicas';
  if (now.spec.target.kind === 'hosted') return { label, value: `${now.spec.replicas}`, note: `hosted by ${now.spec.target.connection}` };
  if (!observed) return { label, value: `of ${now.spec.replicas}`, note: 'asking the target' };
  if (!observed.observed) return { label, value: 'no data', note: observed.reason ?? 'the target does not answer' };
  const ready = (observed.revisions[now.digest] ?? []).filter((r) => r.state === 'ready').length;
  return { label, value: `${ready} of ${now.spec.replicas}`, note: `ready, local, revision r${now.number} of ${d.name}` };
}
