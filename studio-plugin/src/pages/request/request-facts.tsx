import { Link } from '@tanstack/react-router';
import type { UsageEvent } from '#core/metric/schema.js';
import { type Fact, Facts } from '../../kit/facts.js';
import { Section } from '../../kit/section.js';
import { exactTime } from '../../kit/time-text.js';
import { useKeyNames } from '../requests/use-key-names.js';

const none = (text: string) => <span className="amh-muted">{text}</span>;
const mono = (text: string | null) => (text === null ? none('not said') : <span className="amh-mono">{text}</span>);

/** Where it went, why there, and for whom; with ways to all of them. */
export function RequestFacts({ event: e }: { event: UsageEvent }) {
  const { nameOf } = useKeyNames();
  const { environment } = e;
  const facts: Fact[] = [
    [
      'Deployment',
      <Link key="d" to="/deployments/$environment/$name" params={{ environment, name: e.deployment }} className="amh-link">
        {e.deployment}
      </Link>,
    ],
    [
      'Policy',
      e.policy === null ? (
        none('none: the deployment was named')
      ) : (
        <Link key="p" to="/routing/$environment/$name" params={{ environment, name: e.policy }} className="amh-link">
          {e.policy}
        </Link>
      ),
    ],
    ['Chosen', e.routeReason ?? none('not said')],
    [
      'Revision',
      <span key="r" className="amh-mono" title={e.revision}>
        {e.revision.slice(0, 12)}
      </span>,
    ],
    [
      'Model',
      <Link key="m" to="/models/$id" params={{ id: e.modelId }} className="amh-link">
        {e.modelId} {e.modelVersion}
      </Link>,
    ],
    ['Provider', e.provider],
    [
      'Connection',
      e.connection === null ? (
        none('none: local replicas')
      ) : (
        <Link key="c" to="/connections/$name" params={{ name: e.connection }} className="amh-link">
          {e.connection}
        </Link>
      ),
    ],
    ['Call', `${e.operation}${e.stream ? ', streamed' : ''}${e.purpose === 'user' ? '' : `, ${e.purpose}`}`],
    ['When', exactTime(e.at)],
    [
      'Key',
      <Link key="k" to="/requests" search={{ key: e.key }} className="amh-link">
        {nameOf(e.key)}
      </Link>,
    ],
    [
      'User',
      e.user === null ? (
        none('not said')
      ) : (
        <Link key="u" to="/requests" search={{ user: e.user }} className="amh-link">
          {e.user}
        </Link>
      ),
    ],
    [
      'Workflow',
      e.workflow === null ? (
        none('none')
      ) : (
        <Link key="w" to="/requests" search={{ workflow: e.workflow }} className="amh-link">
          {e.workflow}
        </Link>
      ),
    ],
    ...(e.run === null && e.node === null
      ? []
      : ([
          ['Run', mono(e.run)],
          ['Node', mono(e.node)],
        ] as Fact[])),
    ['Trace', mono(e.trace)],
  ];
  return (
    <Section title="Where it went">
      <Facts items={facts} />
    </Section>
  );
}
