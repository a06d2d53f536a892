import type { DeploymentAnswer } from '#core/deployment/schema.js';
import { useMe } from '../../app/use-me.js';
import { CodeBlock } from '../../kit/code-block.js';
import { Section } from '../../kit/section.js';
import { curlSample, sdkSample } from './samples.js';
import { nowServing } from './view.js';
import './call-sample.css';

/** How to call it, ready to paste: only the key has to be filled in. */
export function CallSample({ deployment }: { deployment: DeploymentAnswer }) {
  const { data: me } = useMe();
  if (!me) return null;
  const sample = {
    gateway: me.links.gateway,
    name: deployment.name,
    environment: deployment.environment,
    type: nowServing(deployment)?.spec.modelType ?? 'text',
  };
  return (
    <Section title="Call it">
      <div className="amh-samples">
        <CodeBlock label="curl" code={curlSample(sample)} />
        <CodeBlock label="OpenAI SDK" code={sdkSample(sample)} />
      </div>
    </Section>
  );
}
