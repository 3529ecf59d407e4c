<?php

// The few assertions that the tests of this client need. A failed one ends the script with 1 and says where.

declare(strict_types=1);

namespace Twinwire\Tests;

use Throwable;

require_once __DIR__ . '/../twinwire.php';

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    // What is silenced by @ is looked at by who silenced it; anything else is a bug, deprecations included.
    if ((error_reporting() & $level) !== 0) {
        fail("$message in $file:$line");
    }
    return false;
});

function fail(string $what): never
{
    $frames = array_filter(debug_backtrace(), static fn (array $frame): bool => ($frame['file'] ?? '') !== __FILE__);
    $where = reset($frames) ?: ['file' => '?', 'line' => 0];
    fwrite(STDERR, basename($where['file']) . ":{$where['line']}: $what\n");
    exit(1);
}

function check(bool $isSo, string $what): void
{
    if (!$isSo) {
        fail($what);
    }
}

function same(mixed $expected, mixed $actual): void
{
    check($expected === $actual, 'expected ' . var_export($expected, true) . ', got ' . var_export($actual, true));
}

/**
 * @template T of Throwable
 *
 * @param class-string<T> $class
 *
 * @return T
 */
function throws(string $class, callable $call): Throwable
{
    try {
        $call();
    } catch (Throwable $thrown) {
        check($thrown instanceof $class, "expected $class, got " . $thrown::class . ": {$thrown->getMessage()}");
        return $thrown;
    }
    fail("expected $class, and nothing was thrown");
}

/** Tells the test that drives this script something, and waits until it has done its part. */
function tell(string $what): string
{
    fwrite(STDOUT, "$what\n");
    return trim((string) fgets(STDIN));
}

function url(): string
{
    return (string) getenv('TWINWIRE_URL');
}

function key(): string
{
    return (string) getenv('TWINWIRE_API_KEY');
}
