<?php

// Prints what a channel brings, one line each, from a cursor or from now on, until a message says "stop"; then its
// cursor.

declare(strict_types=1);

namespace Twinwire\Tests;

use Twinwire\Connection;
use Twinwire\Gap;
use Twinwire\StoredMessage;

require __DIR__ . '/check.php';

[, $channel, $since] = $argv + [2 => ''];
$wire = new Connection(url(), key());
$wire->subscribe(
    $channel,
    static function (StoredMessage $message) use ($wire): void {
        echo json_encode($message->data), "\n";
        if ($message->data === 'stop') {
            $wire->stop();
        }
    },
    static fn (Gap $gap) => print("gap $gap->reason\n"),
    since: $since === '' ? null : $since,
    history: 1000,
);
echo "listening\n";
$wire->listen(600);
echo 'cursor ', $wire->cursor($channel), "\n";
