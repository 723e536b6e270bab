import { joinText } from './joined-text';
import { splitPlainTemplate } from './plain-template';
import { startRun } from './render-run';
import { parseTemplate } from './template-engine';

const texts = ['', 'a', '0', '12', '9.5', '1e1', ' 10 ', ' ', '<b>&"\'</b>', 'é{{ x }}', null, undefined];
const templates = [
  'Hi {{ NAME }}!',
  '{{NAME}}{{ NAME }}',
  'Hi {{ NAME | default("you") }}, {{ user.city|default(\'<Home> & "co"\') }}',
  '{{ user.city }}\n{{ NAME }}\n',
  '  {{ user.nothing }} {{ user.NAME }} ',
  'x\n{% if NAME %}\n\nyes {{ NAME }}\n{% else %}no{% endif %}\n.',
  '{% if NAME > 10 %}more{% elseif NAME >= 9.5 %}enough{% elseif user.city == "a" %}a {{ user.city }}{% endif %}!',
  `{% if user.city != '' %}{% if NAME < 10 %}{{ user.city }}{% else %}{{ NAME|default("-") }}{% endif %} in{% endif %}`,
  '{% if NAME <= 12 %}{% endif %}{%if user.city == "0"%}0{%endif%}{% if NAME == "1e1" %}E{% endif %}',
];

describe('joinText', () => {
  for (const escaping of ['html', 'none'] as const) {
    it.each(templates)(`joins %j as the engine renders it (${escaping})`, (source) => {
      const pieces = splitPlainTemplate(source);
      const { template, environment } = parseTemplate(source, escaping);
      for (const NAME of texts) {
        for (const city of texts) {
          const values = new Map<string, unknown>([
            ['NAME', NAME],
            ['user', new Map([['city', city]])],
          ]);
          const run = startRun();
          const text = template.render(environment, new Map(values));
          const joined = joinText(pieces ?? [], values, escaping);
          // Comparisons with nothing are the engine's.
          if (joined || !source.includes('{%')) expect(joined).toEqual({ text, missing: run.missing });
          if (typeof NAME === 'string' && typeof city === 'string') expect(joined).not.toBeNull();
        }
      }
    });
  }

  it.each([
    '{{ NAME|upper }}',
    '{% if A and B %}x{% endif %}{{ NAME }}',
    '{% if A == 1 %}x{% endif %}',
    '{% if not A %}x{% endif %}',
    '{%- if A %}x{% endif %}',
    '{% if A|length > 2 %}x{% endif %}',
    '{% if A %}\r\nx{% endif %}',
    '{% if A %}{{ B|upper }}{% endif %}',
    '{# no #}{{ NAME }}',
    '{{- NAME }}',
    '{{ user.a.b }}',
    '{{ "x" }}',
    '{{ none }}',
    '{{ NAME|default("#{x}") }}',
    '{{ NAME|default("a\\"b") }}',
  ])('leaves %s to the engine', (source) => {
    expect(splitPlainTemplate(source)).toBeNull();
  });

  it.each([[true], [0], [[]], [1.5]])('leaves the value %j to the engine', (NAME) => {
    expect(joinText(splitPlainTemplate('{{ NAME }}') ?? [], new Map([['NAME', NAME]]), 'none')).toBeNull();
  });
});
