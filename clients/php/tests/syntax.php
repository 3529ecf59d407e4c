<?php

// Looks at every file of the client, in one process: valid PHP, in the form that all of them have, and no syntax that
// PHP 8.1 does not know (so far as a newer PHP can tell).

declare(strict_types=1);

namespace Twinwire\Tests;

use FilesystemIterator;
use ParseError;
use RecursiveDirectoryIterator;
use RecursiveIteratorIterator;

require __DIR__ . '/check.php';

const MAX_LINES = 400;
// Classes and constants that are readonly or typed as a whole, and types that stand alone: 8.2 and 8.3.
const NEWER = '/\breadonly\s+class\b|\bfinal\s+readonly\b|\bconst\s+(?:string|int|float|bool|array)\s+[A-Z]'
    . '|\):\s*(?:true|false|null)\b\s*[{;]|json_validate\(/';

$root = dirname(__DIR__);
$entries = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($root, FilesystemIterator::SKIP_DOTS));
$count = 0;
foreach ($entries as $path => $entry) {
    if ($entry->getExtension() !== 'php') {
        continue;
    }
    $count++;
    $text = (string) file_get_contents($path);
    try {
        token_get_all($text, TOKEN_PARSE);
    } catch (ParseError $error) {
        fail("$path:{$error->getLine()}: {$error->getMessage()}");
    }
    $lines = explode("\n", $text);
    check(preg_match('~^// \S.{9,}~', $lines[2] ?? '') === 1, "$path does not begin with what it is for");
    check(str_contains($text, "\ndeclare(strict_types=1);\n"), "$path is not strict");
    check(count($lines) <= MAX_LINES, "$path has " . count($lines) . ' lines');
    check(basename($path) === basename(__FILE__) || preg_match(NEWER, $text) === 0, "$path needs more than PHP 8.1");
}
echo $count > 30 ? "done\n" : "only $count files\n";
