import { HubError } from '#core/shared/problem.js';
import { contains, type Ctx } from '#core/shared/scope.js';

/** Throws `forbidden` unless what has this scope may be changed by the caller. `what` begins the sentence: `The limit x`. */
export function assertWritable(ctx: Ctx, scope: string, what: string): void {
  if (!contains(ctx.scope, scope))
    throw new HubError('forbidden', `${what} belongs to ${scope || 'the whole organisation'}; your key is limited to ${ctx.scope}.`);
}
