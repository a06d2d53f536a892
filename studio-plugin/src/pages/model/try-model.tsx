import { Link } from '@tanstack/react-router';
import type { ModelDetail } from '#core/catalog/schema.js';
import { Button } from '../../kit/button.js';

/** To the playground, with a deployment of this model; one that is live before others. */
export function TryModel({ model }: { model: ModelDetail }) {
  const usable = model.deployments.filter((d) => d.phase !== 'retired' && d.phase !== 'failed');
  const chosen = usable.find((d) => d.phase === 'live') ?? usable[0];
  if (!chosen) return <Button blocked="A model is tried through a deployment: deploy it first.">Try this model</Button>;
  return (
    <Link to="/playground" search={{ environment: chosen.environment, model: chosen.name }} className="amh-button">
      Try this model
    </Link>
  );
}
