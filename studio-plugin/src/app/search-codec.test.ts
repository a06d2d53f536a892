import { describe, expect, test } from '@jest/globals';
import { catalogSearch } from '../pages/catalog/search.js';
import { signInSearch } from '../pages/sign-in/search.js';
import { parseSearch, stringifySearch } from './search-codec.js';

describe('the URL of a list', () => {
  test('goes there and back', () => {
    const search = catalogSearch.parse(parseSearch('?q=gpt+4&provider=a&provider=b&maxPrice=1.5&sort=price&page=2'));
    expect(search).toEqual({ q: 'gpt 4', provider: ['a', 'b'], maxPrice: 1.5, sort: 'price', page: 2 });
    expect(stringifySearch(search)).toBe('?q=gpt+4&provider=a&provider=b&maxPrice=1.5&sort=price&page=2');
  });
  test('drops what makes no sense and keeps the rest', () => {
    expect(catalogSearch.parse(parseSearch('?maxPrice=cheap&sort=beauty&page=-1&status=active&unknown=1'))).toEqual({ status: ['active'] });
    expect(stringifySearch({})).toBe('');
  });
  test.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])('signing in never leads to %s', (to) => {
    expect(signInSearch.parse({ to })).toEqual({});
  });
});
