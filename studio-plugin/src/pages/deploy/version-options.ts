import type { ModelDetail } from '#core/catalog/schema.js';

/** The newest one, the aliases, then each version. */
export const versionOptions = (model: ModelDetail): (readonly [string, string])[] => [
  ['', `Newest active (${model.version})`],
  ...model.aliases.map((a) => [`@${a.alias}`, `@${a.alias} (now ${a.version})`] as const),
  ...model.versions.map((v) => [v.version, v.status === 'active' ? v.version : `${v.version} (${v.status})`] as const),
];
