import { useState } from 'react';
import { CodeBlock } from '../../kit/code-block.js';
import { Field } from '../../kit/field.js';
import { Select } from '../../kit/input.js';
import { Section } from '../../kit/section.js';
import { curlSample, pythonSample, type Sample, sdkSample } from '../deployment/samples.js';

const LANGUAGES = {
  curl: { label: 'curl', write: curlSample },
  typescript: { label: 'TypeScript, OpenAI SDK', write: sdkSample },
  python: { label: 'Python, OpenAI SDK', write: pythonSample },
};
type Language = keyof typeof LANGUAGES;

/** The call on this page, ready to paste; only the key has to be filled in. */
export function AsCode({ sample }: { sample: Sample }) {
  const [language, setLanguage] = useState<Language>('curl');
  const { label, write } = LANGUAGES[language];
  return (
    <Section title="As code">
      <div className="amh-filter-row">
        <Field label="Language">
          {(ids) => (
            <Select
              {...ids}
              value={language}
              options={(Object.keys(LANGUAGES) as Language[]).map((l) => [l, LANGUAGES[l].label] as const)}
              onText={(v) => setLanguage(v as Language)}
            />
          )}
        </Field>
      </div>
      <CodeBlock label={label} code={write(sample)} />
    </Section>
  );
}
