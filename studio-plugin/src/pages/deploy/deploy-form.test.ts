import { describe, expect, test } from '@jest/globals';
import type { ModelDetail } from '#core/catalog/schema.js';
import { deploymentRequest } from '#core/deployment/schema.js';
import { emptyForm, nameFrom, requestOf } from './deploy-form.js';
import { errorAt, issuesOf } from './field-errors.js';

const model = {
  id: 'openai/gpt-4o',
  targets: ['hosted'],
  connections: [{ id: 'c', name: 'openai', kind: 'openai' }],
} as unknown as ModelDetail;
const form = emptyForm(model, 'staging');

describe('the deploy form', () => {
  test('as it opens is a valid request', () => {
    const request = requestOf(model.id, form, undefined);
    expect(deploymentRequest.safeParse(request).success).toBe(true);
    expect(request).toMatchObject({ name: 'gpt-4o', environment: 'staging', target: { kind: 'hosted', connection: 'openai' } });
  });
  test('makes a name of any model id', () => {
    expect(['meta-llama/Llama-3.3-70B', 'a/@@x__Y!', 'x/y:free'].map(nameFrom)).toEqual(['llama-3-3-70b', 'x-y', 'y-free']);
  });
  test('says at its fields what the contract refuses', () => {
    const bad = requestOf(model.id, { ...form, name: 'No Spaces', replicas: '5', minReplicas: '1', maxReplicas: '3', memory: '1TB' }, 4);
    const checked = deploymentRequest.safeParse(bad);
    const errors = checked.success ? [] : issuesOf(checked.error);
    expect(errorAt(errors, 'name')).toMatch(/lower-case/);
    expect(errorAt(errors, 'configuration.resources')).toMatch(/512Mi/);
    const scaled = deploymentRequest.safeParse({
      ...bad,
      name: 'x',
      configuration: { ...bad.configuration, resources: { cpu: '1', memory: '1Gi' } },
    });
    expect(errorAt(scaled.success ? [] : issuesOf(scaled.error), 'configuration.replicas')).toMatch(
      /between minReplicas 1 and maxReplicas 3/,
    );
  });
  test('a local target takes one argument a line', () => {
    expect(requestOf('local/x', { ...form, target: 'local', command: 'server\n--port\n\n{port}\n' }, 7)).toMatchObject({
      target: { kind: 'local', command: ['server', '--port', '{port}'] },
      token: 7,
    });
  });
});
