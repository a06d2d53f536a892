import { describe, expect, test } from '@jest/globals';
import { exactMoney, moneyText } from './money.js';
import { durationText, timeText } from './time-text.js';

describe('money', () => {
  test.each([
    [0, '$0.00'],
    [2_500_000_000, '$2.50'],
    [132_000_000, '$0.132'],
    [15_000, '$0.000015'],
    [1_234_567_890_000, '$1,234.57'],
    [1, '$0.000000001'],
  ])('%d nano-dollars are %s', (nano, text) => expect(moneyText(nano)).toBe(text));
  test('the exact amount has every digit', () => expect(exactMoney(1_234_567)).toBe('0.001234567 US dollars'));
});

describe('time', () => {
  const now = Date.parse('2026-01-02T12:00:00Z');
  const ago = (s: number): string => timeText(new Date(now - s * 1000).toISOString(), now);
  test('is relative up to a day, then exact', () => {
    expect([ago(1), ago(30), ago(120), ago(7200)]).toEqual(['just now', '30 sec. ago', '2 min. ago', '2 hr. ago']);
    expect(ago(90_000)).toContain('2026');
  });
  test('durations name at most two units', () => {
    expect([40, 1500, 42_000, 75_000, 3_700_000].map(durationText)).toEqual(['40 ms', '1.5 s', '42 s', '1 min 15 s', '1 h 1 min']);
  });
});
