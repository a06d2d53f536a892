import { Link } from '@tanstack/react-router';
import type { DeploymentAnswer } from '#core/deployment/schema.js';
import { useMe } from '../../app/use-me.js';
import { CodeBlock } from '../../kit/code-block.js';
import { Section } from '../../kit/section.js';
import { curlSample, helloBody, sdkSample } from './samples.js';
import { nowServing } from './view.js';
import './call-sample.css';

/** How to call it, ready to paste: only the key has to be filled in. */
export function CallSample({ deployment }: { deployment: DeploymentAnswer }) {
  const { data: me } = useMe();
  if (!me) return null;
  const { environment, name } = deployment;
  const embedding = nowServing(deployment)?.spec.modelType === 'embedding';
  const sample = { gateway: me.links.gateway, environment, embedding, body: helloBody(name, embedding) };
  return (
    <Section
      title="Call it"
      actions={
        !embedding && (
          <Link to="/playground" search={{ environment, model: name }} className="amh-button">
            Try {name}
          </Link>
        )
      }
    >
      <div className="amh-samples">
        <CodeBlock label="curl" code={curlSample(sample)} />
        <CodeBlock label="OpenAI SDK" code={sdkSample(sample)} />
      </div>
    </Section>
  );
}
