import { Link } from '@tanstack/react-router';
import { type Fact, Facts } from '../../kit/facts.js';
import type { ChatHead } from './chat-stream.js';

/** What the gateway chose, as it said in its headers; `reason` may hold what no header can. */
export function Chosen({ head: h, reason, environment }: { head: ChatHead; reason: string | null; environment: string }) {
  const facts: Fact[] = [
    ...(h.deployment === null
      ? []
      : [
          [
            'Deployment',
            <Link key="d" to="/deployments/$environment/$name" params={{ environment, name: h.deployment }} className="amh-link">
              {h.deployment}
            </Link>,
          ] as Fact,
        ]),
    ...(reason === null || reason === '' ? [] : [['Chosen', reason] as Fact]),
    ...(h.model === null
      ? []
      : [
          [
            'Model',
            <Link key="m" to="/models/$id" params={{ id: h.model }} className="amh-link">
              {h.model}
            </Link>,
          ] as Fact,
        ]),
    ...(h.provider === null ? [] : [['Provider', h.provider] as Fact]),
    ...(h.attempts === null ? [] : [['Tries', h.attempts] as Fact]),
    ...(h.overheadMs === null ? [] : [['Hub’s own time', `${h.overheadMs} ms`] as Fact]),
    ...(h.requestId === null
      ? []
      : [
          [
            'Request',
            <Link key="r" to="/requests/$id" params={{ id: h.requestId }} className="amh-link amh-mono">
              {h.requestId}
            </Link>,
          ] as Fact,
        ]),
  ];
  return facts.length === 0 ? null : <Facts items={facts} />;
}
