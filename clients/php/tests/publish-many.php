<?php

// Publishes with many messages on their way, while the gateway is killed and restarted; the ids come in order.

declare(strict_types=1);

namespace Twinwire\Tests;

use Twinwire\Connection;
use Twinwire\Failure\BadRequest;
use Twinwire\Failure\Forbidden;
use Twinwire\Failure\TooLarge;
use Twinwire\Failure\Unreachable;

require __DIR__ . '/check.php';

$wire = new Connection(url(), key());
$pending = [];
for ($n = 1; $n <= 1200; $n++) {
    $pending[] = $wire->publish('numbers', $n, event: 'n');
}
$unanswered = count(array_filter($pending, fn ($p) => !$p->isAnswered()));
check($unanswered > 100, "many are on their way at once: $unanswered");
$wire->flush(20);
$ids = array_map(fn ($p) => (int) explode('-', (string) $p->wait()->id)[1], $pending);
check($ids === range($ids[0], $ids[0] + 1199), 'answers come in order');

// One refused message harms no other, and is told once.
$bad = $wire->publish('no such name', 1);
$good = $wire->publish('numbers', 1201);
$good->wait(20);
throws(BadRequest::class, fn () => $wire->flush(20));
$wire->flush(20);
throws(BadRequest::class, fn () => $bad->wait());
throws(BadRequest::class, fn () => $wire->publish('numbers', "\xFF"));

// Too large for a message is refused; too large for a frame makes the gateway hang up, and the others arrive.
throws(TooLarge::class, fn () => $wire->publish('numbers', str_repeat('x', 70000))->wait(20));
$first = $wire->publish('numbers', 1202);
$huge = $wire->publish('numbers', str_repeat('x', 200000));
$last = $wire->publish('numbers', 1203);
throws(TooLarge::class, fn () => $huge->wait(20));
$wire->flush(20);
check($first->wait()->id < $last->wait()->id, 'the others arrived');

// Killed in the middle: what was not answered is sent again, and stored once.
$pending = [];
for ($n = 1204; $n <= 1400; $n++) {
    $pending[] = $wire->publish('numbers', $n);
}
$pending[10]->wait(20);
tell('kill');
for ($n = 1401; $n <= 1500; $n++) {
    $pending[] = $wire->publish('numbers', $n);
}
throws(Unreachable::class, fn () => $wire->flush(0.3));
tell('restart');
$wire->flush(25);
check(array_filter($pending, fn ($p) => $p->wait()->id === null) === [], 'all have their id');

// A key of your own publishes once, over HTTP and over the wire alike.
$own = $wire->publish('numbers', 1501, key: 'own')->wait(20);
same([false, true], [$own->duplicate, $wire->publish('numbers', 1501, key: 'own')->wait(20)->duplicate]);
same($own->id, (new \Twinwire\Client(url(), key(), totalSeconds: 20))->publish('numbers', 1, key: 'own')->id);

$narrow = new Connection(url(), (string) getenv('NARROW_KEY'));
throws(Forbidden::class, fn () => $narrow->publish('numbers', 1)->wait(20));
same('allowed:1', $narrow->publish('allowed:1', 1)->wait(20)->channel);
$wire->close();
echo "done\n";
