<?php

// The same over TLS: large messages both ways, many on their way, and certificates that nobody vouches for.

declare(strict_types=1);

namespace Twinwire\Tests;

use Twinwire\Client;
use Twinwire\Connection;
use Twinwire\Failure\Unreachable;
use Twinwire\StoredMessage;

require __DIR__ . '/check.php';
require __DIR__ . '/senders.php';

if (($argv[1] ?? '') === 'untrusted') {
    foreach (['curl', 'stream'] as $name) {
        $client = new Client(url(), key(), sender($name), totalSeconds: 1.0);
        throws(Unreachable::class, fn () => $client->publish('orders:1', 1));
    }
    $wire = new Connection(url(), key());
    $pending = $wire->publish('orders:1', 1);
    throws(Unreachable::class, fn () => $pending->wait(0.5));
    echo "done\n";
    exit;
}

$large = str_repeat('Grüße ', 7000);
foreach (['curl', 'stream'] as $name) {
    $client = new Client(url(), key(), sender($name), connectSeconds: 10, totalSeconds: 20);
    for ($n = 0; $n < 5; $n++) {
        $client->publish("large:$name", $large);
    }
    same(array_fill(0, 5, $large), array_map(fn ($m) => $m->data, $client->history("large:$name")->messages));
}
$wire = new Connection(url(), key(), connectSeconds: 10);
for ($n = 1; $n <= 60; $n++) {
    $wire->publish('many', [$n, $large]);
}
$wire->flush(25);
$seen = [];
$wire->subscribe('many', function (StoredMessage $message) use ($wire, &$seen): void {
    $seen[] = $message->data[0];
    if (count($seen) === 60) {
        $wire->stop();
    }
}, history: 100);
$wire->listen(25);
same(range(1, 60), $seen);
echo "done\n";
