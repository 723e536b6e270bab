// Applies a unified diff by what it says, not by where: each hunk's old lines must stand exactly once in the file.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Applies the patch to the tree. Returns a function that puts the files back. Throws when a hunk does not fit. */
export function applyPatch(tree, patch) {
  const before = new Map();
  for (const { file, hunks } of readPatch(patch)) {
    const path = join(tree, file);
    const original = readFileSync(path, 'utf8');
    before.set(path, original);
    writeFileSync(
      path,
      hunks.reduce((text, hunk) => replaceOnce(text, hunk, file), original),
    );
  }
  return () => {
    for (const [path, text] of before) writeFileSync(path, text);
  };
}

function readPatch(patch) {
  return patch
    .split(/^--- .*\n(?=\+\+\+ )/m)
    .slice(1)
    .map((part) => {
      const file = /^\+\+\+ b\/(\S+)/.exec(part)?.[1];
      if (!file) throw new Error('A file of the patch has no name: +++ b/path is missing');
      return {
        file,
        hunks: part
          .split(/^@@.*\n/m)
          .slice(1)
          .map(readHunk),
      };
    });
}

function readHunk(text) {
  const lines = text.split('\n').filter((line) => /^[ +-]/.test(line));
  const side = (sign) => lines.filter(([first]) => first === ' ' || first === sign).map((line) => `${line.slice(1)}\n`);
  return { old: side('-').join(''), new: side('+').join('') };
}

function replaceOnce(text, hunk, file) {
  const places = text.split(hunk.old).length - 1;
  if (hunk.old === '' || places !== 1) throw new Error(`a hunk fits ${places} places of ${file}:\n${hunk.old}`);
  return text.replace(hunk.old, () => hunk.new);
}
