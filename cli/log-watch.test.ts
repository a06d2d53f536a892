import { expect, test } from '@jest/globals';
import { appendFileSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logTail, openLog, readLines } from './log-file.js';
import { readLogLine } from './log-watch.js';

test.each([
  ['{"level":"warn","msg":"slow"}', 'warn', 'slow'],
  ['{"level":"error","message":"broken","error":"why"}', 'error', 'broken: why'],
  ['{"t":{},"s":"F","msg":"Fatal assertion"}', 'error', 'Fatal assertion'],
  ['{"t":{},"s":"I","msg":"Waiting"}', 'info', 'Waiting'],
  ['TypeError: x is not a function', 'error', 'TypeError: x is not a function'],
  ['    at Object.<anonymous> (x.js:1)', 'info', '    at Object.<anonymous> (x.js:1)'],
  ['(node:1) Warning: old', 'warn', '(node:1) Warning: old'],
  ['{not json', 'info', '{not json'],
])('reads %s', (line, level, text) => {
  expect(readLogLine(line)).toEqual({ level, text });
});

test('a log is read by whole lines, and anew after it was rotated', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'modelhub-log-')), 'part.log');
  writeFileSync(file, 'one\ntwo\nhal');
  const first = readLines(file, 0);
  expect(first.lines).toEqual(['one', 'two']);
  appendFileSync(file, 'f\n');
  expect(readLines(file, first.next).lines).toEqual(['half']);
  renameSync(file, `${file}.1`);
  writeFileSync(file, 'new\n');
  expect(readLines(file, first.next).lines).toEqual(['new']);
});

test('a log above 10 MB is put aside before a part starts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelhub-log-'));
  writeFileSync(join(folder, 'api.log'), Buffer.alloc(11 * 1024 * 1024, 'x'));
  openLog(folder, 'api').close();
  expect(logTail(join(folder, 'api.log'), 5)).toEqual([]);
  expect(readLines(join(folder, 'api.log.1'), 0).next).toBe(256 * 1024);
});
