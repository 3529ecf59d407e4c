<?php

// The gateway dies between two calls and comes back; the test that runs this kills it when told.

declare(strict_types=1);

namespace Twinwire\Tests;

use Twinwire\Client;
use Twinwire\Failure\Unreachable;

require __DIR__ . '/check.php';
require __DIR__ . '/senders.php';

$client = new Client(url(), key(), sender($argv[1]));
$client->publish('orders:1', 'before');
tell('kill');
$begun = microtime(true);
$failure = throws(Unreachable::class, fn () => $client->publish('orders:1', 'lost', key: 'k-1'));
$took = microtime(true) - $begun;
check($took > 1 && $took < 6, "it was tried again, and not for longer than allowed: $took s");
check(str_contains($failure->getMessage(), 'did not answer'), $failure->getMessage());
same(['unreachable', 0], [$failure->errorCode, $failure->status]);
tell('restart');
// The kept connection is of the gateway that was killed.
same(false, $client->publish('orders:1', 'after', key: 'k-1')->duplicate);
tell('kill and restart');
$client->publish('orders:1', 'again');
same(['before', 'after', 'again'], array_map(fn ($m) => $m->data, $client->history('orders:1')->messages));
echo "done\n";
