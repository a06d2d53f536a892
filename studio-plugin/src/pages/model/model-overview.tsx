import type { ModelDetail } from '#core/catalog/schema.js';
import { type Fact, Facts } from '../../kit/facts.js';
import { Section } from '../../kit/section.js';

const listed = (values: readonly string[], none: string): string => (values.length === 0 ? none : values.join(', '));

export function ModelOverview({ model }: { model: ModelDetail }) {
  const facts: Fact[] = [
    ['Model', model.model],
    ['Family', model.family ?? 'not said'],
    ['Version', model.version],
    ['Type', model.modelType],
    ['Takes', listed(model.modalities.input, 'not said')],
    ['Gives', listed(model.modalities.output, 'not said')],
    ['Capabilities', listed(model.capabilities, 'none listed')],
    ['Tasks', listed(model.supportedTasks, 'none listed')],
    ['Security level', model.securityLevel],
    ['Compliance', listed(model.compliance, 'none recorded')],
    ['Weights', model.openWeights ? 'open' : 'closed'],
    ['Licence', model.licence ?? 'not said'],
    ['Released', model.releasedOn ?? 'not said'],
    ['Knowledge until', model.knowledgeCutoff ?? 'not said'],
    ['Runs on', listed(model.targets, 'no target')],
    [
      'Documentation',
      model.docUrl === undefined ? (
        'not said'
      ) : (
        <a key="doc" href={model.docUrl} rel="noreferrer" target="_blank" className="amh-link">
          {model.docUrl}
        </a>
      ),
    ],
  ];
  return (
    <Section title="Overview">
      {model.description !== undefined && <p className="amh-text">{model.description}</p>}
      <Facts items={facts} />
      {model.attribution !== undefined && <p className="amh-text amh-small amh-muted">{model.attribution}</p>}
    </Section>
  );
}
