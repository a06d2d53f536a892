/** `All traffic of {name} moves to {to}` with its gaps filled. */
export const fill = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (gap, key: string) => values[key] ?? gap);
