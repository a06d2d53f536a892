import type { DeploymentAnswer } from '#core/deployment/schema.js';
import { Notice } from '../../kit/notice.js';
import { Time } from '../../kit/time.js';
import { revisionBy } from './view.js';

/** A break-glass override stands above everything else on the page, because it stands above the route. */
export function OverrideNotice({ deployment }: { deployment: DeploymentAnswer }) {
  const o = deployment.override;
  if (!o) return null;
  const to = revisionBy(deployment, o.revision);
  return (
    <Notice tone="warn" title={`Break-glass: all calls go to ${to ? `r${to.number}` : o.revision}`} role="status">
      <p className="amh-text">
        {o.reason}, by {o.by}, <Time iso={o.at} />. The workflow adopts it as soon as it answers again.
      </p>
    </Notice>
  );
}
