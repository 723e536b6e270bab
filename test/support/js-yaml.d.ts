declare module 'js-yaml' {
  /** Reads YAML. @throws when it is none. */
  export function load(text: string): unknown;
}
