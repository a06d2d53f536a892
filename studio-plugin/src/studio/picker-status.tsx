import { Combobox } from '@base-ui/react/combobox';
import { Button } from '../kit/button.js';
import { errorText } from '../kit/error-text.js';
import { count } from '../kit/numbers.js';

interface Props {
  loading: boolean;
  error: unknown;
  onRetry: () => void;
  q: string;
  found: number | undefined;
}
/** Why the list is as it is: on its way, failed, empty, or so many. Read out as it changes. */
export function PickerStatus({ loading, error, onRetry, q, found }: Props) {
  if (error)
    return (
      <div className="amh-picker-status" role="alert">
        <span>
          <span aria-hidden="true">✕</span> The catalog could not be read. {errorText(error).detail} The chosen model stays as it is.
        </span>
        <Button onClick={onRetry}>Try again</Button>
      </div>
    );
  return (
    <Combobox.Status className="amh-picker-status">
      {loading && 'Loading models'}
      {!loading &&
        found === 0 &&
        (q === '' ? 'The catalog is empty: no model has been imported or registered.' : `No model matches ${q}. Try fewer letters.`)}
      {!loading && found !== undefined && found > 0 && `${count(found)} ${found === 1 ? 'model' : 'models'}`}
    </Combobox.Status>
  );
}
