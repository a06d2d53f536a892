import { describe, expect, it } from '@jest/globals';
import { expectedOutput, type Facts, ineligible, type Needs, withoutDeclared } from './needs.js';

const needs: Needs = { input: ['text'], tools: false, structuredOutput: false, inputTokens: 1000, maxOutputTokens: null };
const unknown: Facts = {
  modalities: { input: [], output: [] },
  capabilities: [],
  contextWindow: 0,
  maxTokens: 0,
  securityLevel: null,
  region: null,
};
const known: Facts = {
  modalities: { input: ['text', 'image'], output: ['text'] },
  capabilities: ['streaming', 'tools'],
  contextWindow: 8000,
  maxTokens: 2000,
  securityLevel: 'internal',
  region: 'eu',
};

describe('eligibility', () => {
  it.each([
    ['what it can', needs, known, null],
    ['an image for a model that takes images', { ...needs, input: ['text', 'image'] }, known, null],
    ['audio', { ...needs, input: ['text', 'audio'] }, known, 'modality'],
    ['tools without tools', { ...needs, tools: true }, { ...known, capabilities: ['streaming'] }, 'tools'],
    ['exactly the context', { ...needs, inputTokens: 7000, maxOutputTokens: 1000 }, known, null],
    ['one token more than the context', { ...needs, inputTokens: 7001, maxOutputTokens: 1000 }, known, 'context-length'],
    ['an input that leaves no room for an answer', { ...needs, inputTokens: 8000 }, known, 'context-length'],
    ['a longer answer than it gives', { ...needs, maxOutputTokens: 2001 }, known, 'output-length'],
    ['another region', { ...needs, regions: ['us'] }, known, 'region'],
    ['its region', { ...needs, regions: ['us', 'eu'] }, known, null],
    ['another level', { ...needs, securityLevels: ['public' as const] }, known, 'security-level'],
  ])('%s', (_, n, facts, code) => expect(ineligible(n, facts)?.code ?? null).toBe(code));

  it('an ability that nobody stated never excludes: a model of the tenant without data passes', () => {
    const much: Needs = {
      ...needs,
      input: ['text', 'video'],
      tools: true,
      structuredOutput: true,
      inputTokens: 10_000_000,
      maxOutputTokens: 100_000,
    };
    expect(ineligible(much, unknown)).toBeNull();
  });
  it('a permission that nobody stated does: data must not leave the region because a field was left empty', () => {
    expect(ineligible({ ...needs, regions: ['eu'] }, unknown)?.message).toBe('its region is not stated; allowed: eu');
    expect(ineligible({ ...needs, securityLevels: ['restricted'] }, unknown)?.code).toBe('security-level');
  });
  it('structured output: the silent stand aside only while somebody declares it', () => {
    const declares = { facts: { ...known, capabilities: ['structured-output'] } };
    expect(withoutDeclared([{ facts: known }, declares])).toEqual([{ facts: known }]);
    expect(withoutDeclared([{ facts: known }, { facts: unknown }])).toEqual([]);
  });
  it('expects no longer answer than the caller allows', () => {
    expect(expectedOutput({ maxOutputTokens: 20 }, 150)).toBe(20);
    expect(expectedOutput({ maxOutputTokens: null }, 150)).toBe(150);
    expect(expectedOutput({ maxOutputTokens: 4000 }, null)).toBe(200);
  });
});
