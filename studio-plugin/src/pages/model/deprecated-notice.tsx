import { Link } from '@tanstack/react-router';
import type { ModelDetail } from '#core/catalog/schema.js';
import { Notice } from '../../kit/notice.js';

/** Says that a model is on its way out, and what to use instead. */
export function DeprecatedNotice({ model }: { model: ModelDetail }) {
  if (model.status !== 'deprecated') return null;
  return (
    <Notice tone="warn" title={`${model.name} is deprecated`}>
      {model.successor === undefined ? (
        <p className="amh-text">No successor is named.</p>
      ) : (
        <p className="amh-text">
          Use{' '}
          <Link to="/models/$id" params={{ id: model.successor }} className="amh-link">
            {model.successor}
          </Link>{' '}
          instead.
        </p>
      )}
    </Notice>
  );
}
