/** Query parameters as the API reads them: lists are repeated, absent values are left out. */
export function queryString(query: Record<string, unknown> = {}): string {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) out.append(key, String(one));
  }
  const text = out.toString();
  return text === '' ? '' : `?${text}`;
}
