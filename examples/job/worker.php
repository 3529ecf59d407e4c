<?php

// The worker: takes jobs one after the other and tells each one's channel how far it is. A job is a part of the
// Mandelbrot set, in more or less detail; it takes some seconds.

declare(strict_types=1);

require __DIR__ . '/../../clients/php/twinwire.php';

const WIDTH = 480;
const HEIGHT = 300;
const LEVELS = '123456789abcdefghijklmnopqrstuvwxyz';
/** Ten messages a second are enough for eyes, and 60 rows fit into one. */
const TELL_SECONDS = 0.1;
const TELL_ROWS = 60;

$twinwire = Twinwire\Client::fromEnvironment();
$wire = new Twinwire\Connection((string) getenv('TWINWIRE_URL'), (string) getenv('TWINWIRE_API_KEY'));
$jobs = [];
$wire->subscribe('jobs', function (Twinwire\StoredMessage $message) use (&$jobs): void {
    $jobs[] = $message->data;
});
$wire->listen(seconds: 0.1);
echo "The worker is ready.\n";

while (true) {
    $wire->listen(seconds: 0.2);
    while ($job = array_shift($jobs)) {
        draw($twinwire, $job['channel'], $job['detail']);
    }
}

function draw(Twinwire\Client $twinwire, string $channel, int $detail): void
{
    $rows = [];
    $told = microtime(true);
    for ($y = 0; $y < HEIGHT; $y++) {
        $rows[] = row($y, $detail);
        $isLast = $y === HEIGHT - 1;
        if ($isLast || count($rows) >= TELL_ROWS || microtime(true) - $told >= TELL_SECONDS) {
            $key = "$channel-$y";
            // The gateway may be away for a moment; the key makes it safe to tell again.
            while (!tell($twinwire, $channel, ['done' => $y + 1, 'of' => HEIGHT, 'rows' => $rows], $key)) {
                sleep(1);
            }
            $rows = [];
            $told = microtime(true);
        }
    }
}

function tell(Twinwire\Client $twinwire, string $channel, array $progress, string $key): bool
{
    try {
        $twinwire->publish($channel, $progress, key: $key);
        return true;
    } catch (Twinwire\Failure\Unreachable|Twinwire\Failure\Unavailable $failure) {
        fwrite(STDERR, "Later, then: {$failure->getMessage()}\n");
        return false;
    }
}

/** One character a point: how soon it flees, 0 for never. */
function row(int $y, int $detail): string
{
    $text = '';
    $cy = 0.1318 + ($y - HEIGHT / 2) * 0.000025;
    for ($x = 0; $x < WIDTH; $x++) {
        $cx = -0.7436 + ($x - WIDTH / 2) * 0.000025;
        $a = $b = 0.0;
        for ($steps = 0; $steps < $detail && $a * $a + $b * $b < 16; $steps++) {
            $next = $a * $a - $b * $b + $cx;
            $b = 2 * $a * $b + $cy;
            $a = $next;
        }
        $text .= $steps === $detail ? '0' : LEVELS[(int) (12 * log($steps + 1)) % 35];
    }
    return $text;
}
