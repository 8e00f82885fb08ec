import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { plain } from '$lib/markdown/plain';

/** Those of the mails: `tests/conversations/test_plain_text.py`. */
const cases = JSON.parse(readFileSync('../tests/conversations/plain_text.json', 'utf8')) as [string, string][];

it.each(cases)('%j in words', (written, read) => expect(plain(written)).toBe(read));
