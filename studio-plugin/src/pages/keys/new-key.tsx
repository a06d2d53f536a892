import { Button } from '../../kit/button.js';
import { CodeBlock } from '../../kit/code-block.js';
import { Dialog } from '../../kit/dialog.js';

/** The only moment at which a key can be seen. */
export function NewKey({ created, onClose }: { created: { name: string; key: string }; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={`The key ${created.name}`}>
      <p className="amh-text">Copy it now: it is shown this once and cannot be read back later.</p>
      <CodeBlock label="key" code={created.key} />
      <div className="amh-row amh-row-end">
        <Button look="primary" onClick={onClose}>
          I have kept it
        </Button>
      </div>
    </Dialog>
  );
}
