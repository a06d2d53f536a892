import { Field } from '../../kit/field.js';
import { Select, TextInput } from '../../kit/input.js';
import { momentOf, type RequestsSearch } from './search.js';

const PRESETS = [
  ['', 'Any time'],
  ['now-1h', 'Last hour'],
  ['now-24h', 'Last 24 hours'],
  ['now-7d', 'Last 7 days'],
  ['now-30d', 'Last 30 days'],
] as const;
const BETWEEN = 'between';

/** The local time that a `datetime-local` field wants. */
function localOf(said: string | undefined): string {
  const iso = momentOf(said, Date.now());
  if (iso === undefined) return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
const said = (local: string): string | undefined => (local === '' ? undefined : new Date(local).toISOString());

/** A period that moves with the clock, or two fixed times. */
export function PeriodFilter({ search, onChange }: { search: RequestsSearch; onChange: (patch: Partial<RequestsSearch>) => void }) {
  const preset = PRESETS.some(([v]) => v === (search.from ?? '')) && search.to === undefined ? (search.from ?? '') : BETWEEN;
  return (
    <>
      <Field label="Time">
        {(ids) => (
          <Select
            {...ids}
            value={preset}
            options={[...PRESETS, [BETWEEN, 'Between two times'] as const]}
            onText={(v) =>
              onChange(
                v === BETWEEN
                  ? { from: momentOf(search.from ?? 'now-1h', Date.now()), to: undefined }
                  : { from: v === '' ? undefined : v, to: undefined },
              )
            }
          />
        )}
      </Field>
      {preset === BETWEEN && (
        <>
          <Field label="From">
            {(ids) => <TextInput {...ids} type="datetime-local" value={localOf(search.from)} onText={(v) => onChange({ from: said(v) })} />}
          </Field>
          <Field label="To" optional>
            {(ids) => <TextInput {...ids} type="datetime-local" value={localOf(search.to)} onText={(v) => onChange({ to: said(v) })} />}
          </Field>
        </>
      )}
    </>
  );
}
