import mongoose from 'mongoose';
import type { z } from 'zod';

/** Top-level paths get their type, so that queries cast and unknown paths throw; zod has checked what lies below. */
export function mongooseSchema(schema: z.ZodObject): mongoose.Schema {
  const paths = Object.fromEntries(Object.entries(schema.shape).map(([k, t]) => [k, { type: mongooseType(t as z.ZodType) }]));
  return new mongoose.Schema(
    { ...paths, _id: { type: String }, tenant: { type: String }, scope: { type: String } },
    { strict: 'throw', strictQuery: 'throw', versionKey: false, minimize: false, autoIndex: false, autoCreate: false, id: false },
  );
}
function mongooseType(t: z.ZodType): unknown {
  const def = (t as unknown as { def: { type: string; innerType?: z.ZodType } }).def;
  if (def.innerType) return mongooseType(def.innerType);
  const simple: Record<string, unknown> = {
    string: String,
    enum: String,
    literal: String,
    number: Number,
    bigint: BigInt,
    boolean: Boolean,
    date: Date,
  };
  return simple[def.type] ?? mongoose.Schema.Types.Mixed;
}
