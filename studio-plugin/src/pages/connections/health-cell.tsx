import { errorText } from '../../kit/error-text.js';
import { Status } from '../../kit/status.js';
import { healthWords } from './health-words.js';
import { useHealth } from './use-health.js';

/** The worst of what is behind the connection, in a word. */
export function HealthCell({ name }: { name: string }) {
  const { data, error } = useHealth(name);
  if (data) return <Status {...healthWords(data.health)} />;
  if (!error) return <span className="amh-muted">asking</span>;
  return (
    <span className="amh-cell-name">
      <Status name="none" word="no data" />
      <span className="amh-small amh-muted">{errorText(error).title}</span>
    </span>
  );
}
