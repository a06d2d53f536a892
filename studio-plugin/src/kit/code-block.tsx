import { CopyButton } from './copy-button.js';
import './code-block.css';

export function CodeBlock({ label, code, copy = true }: { label: string; code: string; copy?: boolean }) {
  return (
    <figure className="amh-code">
      <figcaption className="amh-code-head">
        <span className="amh-small amh-muted">{label}</span>
        {copy && <CopyButton text={code} what={label} />}
      </figcaption>
      {/* a scroll area must be reachable by keyboard */}
      <pre className="amh-code-text" tabIndex={0} role="group" aria-label={label}>
        {code}
      </pre>
    </figure>
  );
}
