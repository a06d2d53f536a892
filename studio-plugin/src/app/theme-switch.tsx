import { Select } from '../kit/input.js';
import { setTheme, type Theme, useTheme } from './theme.js';

const OPTIONS = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;

export function ThemeSwitch() {
  const theme = useTheme();
  return <Select aria-label="Theme" value={theme} options={OPTIONS} onText={(value) => setTheme(value as Theme)} />;
}
