<?php

// One publish to a scripted server; prints what came of it, and how long it took.

declare(strict_types=1);

namespace Twinwire\Tests;

use Twinwire\Client;
use Twinwire\Failure\TwinwireException;

require __DIR__ . '/check.php';
require __DIR__ . '/senders.php';

$client = new Client(url(), key(), sender($argv[1]));
for ($count = (int) ($argv[2] ?? 1); $count > 0; $count--) {
    $begun = microtime(true);
    try {
        $published = $client->publish('orders:1', $count);
        $outcome = ['id' => $published->id, 'duplicate' => $published->duplicate];
    } catch (TwinwireException $failure) {
        $outcome = [
            'kind' => substr(strrchr($failure::class, '\\'), 1),
            'message' => $failure->getMessage(),
            'retryAfter' => $failure->retryAfterSeconds,
        ];
    }
    echo json_encode($outcome + ['seconds' => microtime(true) - $begun]), "\n";
}
