/** Set by the router when the path has changed, taken by the page that appears. */
let wanted = false;

export const requestFocus = (): void => {
  wanted = true;
};
export function takeFocusRequest(): boolean {
  const was = wanted;
  wanted = false;
  return was;
}
