import type { z } from 'zod';
import type { Permission } from '#core/identity/permissions.js';

/**
 * One HTTP operation as data. The API serves it, OpenAPI describes it, the permission matrix and the cross-tenant
 * tests are generated from it, and the typed client calls it: all from the same zod schemas.
 */
export interface Contract<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** OpenAPI style: `/api/v1/models/{id}` */
  path: string;
  tag: string;
  summary: string;
  permission: Permission | 'public';
  /** success status; 200 unless told */
  status?: 200 | 201 | 202 | 204;
  params?: P;
  query?: Q;
  body?: B;
  response: R;
  /** accepts Idempotency-Key: a repeat gets the first answer */
  idempotent?: boolean;
  /** problem codes beyond the general ones, for the description */
  problems?: readonly number[];
}

/** Keeps the literal types of the schemas. */
export const contract = <P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, R extends z.ZodType>(
  c: Contract<P, Q, B, R>,
): Contract<P, Q, B, R> => c;

/** What a caller sends (before defaults are filled in). */
export type CallOf<C> =
  C extends Contract<infer P, infer Q, infer B, z.ZodType>
    ? (z.ZodObject extends P ? { params?: undefined } : { params: z.input<P> }) &
        (z.ZodObject extends Q ? { query?: undefined } : { query?: z.input<Q> }) &
        (z.ZodType extends B ? { body?: undefined } : { body: z.input<B> })
    : never;

/** What the caller gets back. */
export type AnswerOf<C> = C extends Contract<z.ZodObject, z.ZodObject, z.ZodType, infer R> ? z.output<R> : never;

/** `/api/v1/models/{id}` with `{ id: 'openai/gpt-4o' }` → the path with each value percent-encoded. */
export function fillPath(path: string, params: Record<string, unknown> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
}
