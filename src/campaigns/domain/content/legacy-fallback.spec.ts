import { rewriteLegacyFallbacks } from './legacy-fallback';

describe('rewriteLegacyFallbacks', () => {
  it.each([
    ["{{ user.a || 'b' }}", "{{ ( user.a )|default( 'b' ) }}"],
    ['{{ a || b || "c" }}', '{{ ( a )|default( ( b )|default( "c" ) ) }}'],
    ['x || y {{ a }}', 'x || y {{ a }}'],
    ['{{ "a || b" }}', '{{ "a || b" }}'],
    ['{{ a|default("it\\"s || }}") }} || {{ b || 1 }}', '{{ a|default("it\\"s || }}") }} || {{ ( b )|default( 1 ) }}'],
    ['{{ a || ', '{{ a || '],
  ])('turns %s into %s', (before, after) => {
    expect(rewriteLegacyFallbacks(before)).toEqual({ source: after, isChanged: before !== after });
  });
});
