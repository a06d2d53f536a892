import type { ModelDetail } from '#core/catalog/schema.js';
import type { deploymentRequest, RevisionSpec } from '#core/deployment/schema.js';
import type { z } from 'zod';
import { fromPairs, type Pair, toPairs } from './parameter-pairs.js';

/** What the dialog holds while it is being filled in: text, because half a number is text. */
export interface DeployForm {
  name: string;
  environment: string;
  /** '' is the newest active version; `@alias` an alias */
  version: string;
  target: 'hosted' | 'local';
  connection: string;
  /** one argument a line; empty means the version's own */
  command: string;
  healthPath: string;
  replicas: string;
  minReplicas: string;
  maxReplicas: string;
  utilization: string;
  cpu: string;
  memory: string;
  parameters: Pair[];
}
export type RequestInput = z.input<typeof deploymentRequest>;

/** A name from the model's: `meta-llama/Llama-3.3-70B` → `llama-3-3-70b` */
export const nameFrom = (modelId: string): string =>
  (modelId.split('/').at(-1) ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);

export function emptyForm(model: ModelDetail, environment: string): DeployForm {
  return {
    name: nameFrom(model.id),
    environment,
    version: '',
    target: model.targets[0] ?? 'hosted',
    connection: model.connections[0]?.name ?? '',
    command: '',
    healthPath: '',
    replicas: '1',
    minReplicas: '',
    maxReplicas: '',
    utilization: '70',
    cpu: '1',
    memory: '1Gi',
    parameters: [],
  };
}

/** A new revision starts from the one that serves. */
export function formOf(model: ModelDetail, name: string, environment: string, spec: RevisionSpec): DeployForm {
  return {
    ...emptyForm(model, environment),
    name,
    version: spec.modelVersion,
    target: spec.target.kind,
    connection: spec.target.kind === 'hosted' ? spec.target.connection : '',
    command: spec.target.kind === 'local' ? spec.target.command.join('\n') : '',
    healthPath: spec.target.kind === 'local' ? spec.target.healthPath : '',
    replicas: String(spec.replicas),
    minReplicas: spec.scaling ? String(spec.scaling.minReplicas) : '',
    maxReplicas: spec.scaling ? String(spec.scaling.maxReplicas) : '',
    utilization: String(spec.scaling?.targetUtilization ?? 70),
    cpu: spec.resources.cpu,
    memory: spec.resources.memory,
    parameters: toPairs(spec.parameters),
  };
}

export function requestOf(modelId: string, form: DeployForm, token: number | undefined): RequestInput {
  const scaled = form.minReplicas.trim() !== '' || form.maxReplicas.trim() !== '';
  const replicas = Number(form.replicas);
  const command = form.command
    .split('\n')
    .map((s) => s.trim())
    .filter((s) => s !== '');
  return {
    modelId,
    ...(form.version === '' ? {} : { version: form.version }),
    name: form.name.trim(),
    environment: form.environment,
    configuration: {
      replicas,
      resources: { cpu: form.cpu.trim(), memory: form.memory.trim() },
      ...(scaled
        ? {
            scaling: {
              minReplicas: Number(form.minReplicas.trim() || form.replicas),
              maxReplicas: Number(form.maxReplicas.trim() || form.replicas),
              targetUtilization: Number(form.utilization),
            },
          }
        : {}),
    },
    target:
      form.target === 'hosted'
        ? { kind: 'hosted', ...(form.connection === '' ? {} : { connection: form.connection }) }
        : {
            kind: 'local',
            ...(command.length === 0 ? {} : { command }),
            ...(form.healthPath.trim() === '' ? {} : { healthPath: form.healthPath.trim() }),
          },
    parameters: fromPairs(form.parameters),
    ...(token === undefined ? {} : { token }),
  };
}
