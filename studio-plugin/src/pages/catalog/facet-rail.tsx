import { type CatalogResponse, FACETS, type Facet } from '#core/catalog/schema.js';
import { Field } from '../../kit/field.js';
import { Select } from '../../kit/input.js';
import { FacetGroup } from './facet-group.js';
import type { CatalogSearch } from './search.js';

const TITLE: Record<Facet, string> = {
  provider: 'Provider',
  modelType: 'Type',
  capability: 'Capability',
  task: 'Task',
  status: 'Status',
  securityLevel: 'Security level',
  compliance: 'Compliance',
  modality: 'Modality',
  owner: 'Owner',
};
const PRICES = [
  ['', 'Any'],
  ['0.1', '$0.10'],
  ['0.5', '$0.50'],
  ['1', '$1'],
  ['3', '$3'],
  ['10', '$10'],
  ['30', '$30'],
] as const;
const CONTEXTS = [
  ['', 'Any'],
  ['8000', '8K'],
  ['32000', '32K'],
  ['128000', '128K'],
  ['200000', '200K'],
  ['1000000', '1M'],
] as const;

/** A value of the URL that the list does not offer is shown as well. */
const withCurrent = (options: readonly (readonly [string, string])[], value: string, show: (v: string) => string) =>
  options.some(([v]) => v === value) ? options : [...options, [value, show(value)] as const];

interface Props {
  search: CatalogSearch;
  facets: CatalogResponse['filters']['facets'] | undefined;
  onChange: (patch: Partial<CatalogSearch>) => void;
}
export function FacetRail({ search, facets, onChange }: Props) {
  const price = search.maxPrice === undefined ? '' : String(search.maxPrice);
  const context = search.minContext === undefined ? '' : String(search.minContext);
  return (
    <div className="amh-facets">
      <Field label="Input price per million, at most">
        {(ids) => (
          <Select
            {...ids}
            value={price}
            options={withCurrent(PRICES, price, (v) => `$${v}`)}
            onText={(v) => onChange({ maxPrice: v === '' ? undefined : Number(v) })}
          />
        )}
      </Field>
      <Field label="Context, at least">
        {(ids) => (
          <Select
            {...ids}
            value={context}
            options={withCurrent(CONTEXTS, context, (v) => v)}
            onText={(v) => onChange({ minContext: v === '' ? undefined : Number(v) })}
          />
        )}
      </Field>
      {FACETS.map((facet) => {
        const values = facets?.[facet] ?? [];
        const chosen = search[facet] ?? [];
        if (values.length === 0 && chosen.length === 0) return null;
        return (
          <FacetGroup
            key={facet}
            title={TITLE[facet]}
            values={values}
            chosen={chosen}
            onChange={(next) => onChange({ [facet]: next.length === 0 ? undefined : next })}
          />
        );
      })}
    </div>
  );
}
