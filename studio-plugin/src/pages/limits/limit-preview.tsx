import { limitInput } from '#core/limit/schema.js';
import { type LimitDraft, inputOf } from './limit-draft.js';
import { awayText, dynamicText, limitText } from './limit-text.js';

/** What the limit says, while it is being written. */
export function LimitPreview({ draft, name }: { draft: LimitDraft; name: string }) {
  // a name is not needed to say what it does
  const checked = limitInput.safeParse({ ...inputOf(draft), name: 'preview' });
  return (
    <div className="amh-notice amh-notice-info" role="group" aria-label="In plain language">
      {checked.success ? (
        <>
          <p className="amh-notice-title">{limitText(checked.data, name === '' ? checked.data.match : name)}</p>
          {checked.data.dynamic.map((rule, i) => (
            <p key={i} className="amh-text">
              {dynamicText(checked.data, rule)}
            </p>
          ))}
          <p className="amh-text amh-small amh-muted">{awayText(checked.data)}</p>
        </>
      ) : (
        <p className="amh-text amh-muted">Fill in every field to read here what the limit does.</p>
      )}
    </div>
  );
}
