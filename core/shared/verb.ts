/**
 * The verb table: what a user may do to an entity, in one place. It is read by the workflow's validator, the API route,
 * the OpenAPI description, the permission matrix, the buttons of the pages and the audit trail.
 */
export interface Verb<Phase extends string> {
  /** button text; `{to}` and the like are filled in by the page */
  label: string;
  /** one sentence for the API description and the tooltip */
  summary: string;
  /** phases in which the verb is legal */
  from: readonly Phase[];
  /** what the confirm dialog says; absent when no confirmation is needed */
  confirm?: string;
  /** destructive verbs stand apart on pages */
  destructive?: boolean;
}

export type VerbTable<Phase extends string, Name extends string> = Record<Name, Verb<Phase>>;

/** Names of the verbs that are legal in `phase`, in table order. */
export function legalVerbs<P extends string, N extends string>(table: VerbTable<P, N>, phase: P): N[] {
  return (Object.keys(table) as N[]).filter((name) => table[name].from.includes(phase));
}
