/** The monolith has no surface of its own: import a module as `@modules/<name>`. */
export {};
