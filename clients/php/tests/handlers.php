<?php

// What handlers may do and what becomes of it: publish, throw, stop, replace themselves; and connections that end for good.

declare(strict_types=1);

namespace Twinwire\Tests;

use LogicException;
use RuntimeException;
use Twinwire\Client;
use Twinwire\Connection;
use Twinwire\Failure\Forbidden;
use Twinwire\Failure\Unauthorized;
use Twinwire\StoredMessage;

require __DIR__ . '/check.php';

$client = new Client(url(), key(), totalSeconds: 20);
$wire = new Connection(url(), key(), sender: 'me');

// A handler that throws ends listen(); the next one goes on behind it.
$client->publishBatch([
    \Twinwire\Message::to('work', 1), \Twinwire\Message::to('work', 'bad'), \Twinwire\Message::to('work', 3),
]);
$seen = [];
$wire->subscribe('work', function (StoredMessage $message) use (&$seen, $wire): void {
    $seen[] = $message->data;
    if ($message->data === 'bad') {
        throw new RuntimeException('a bug of the application');
    }
    if ($message->data === 3) {
        $wire->stop();
    }
}, history: 10);
same('a bug of the application', throws(RuntimeException::class, fn () => $wire->listen(20))->getMessage());
$wire->listen(20);
same([1, 'bad', 3], $seen);

// A handler publishes without waiting; waiting there is refused with a sentence.
$answers = [];
$wire->subscribe('questions', function (StoredMessage $message) use ($wire, &$answers): void {
    $answers[] = $wire->publish('answers', $message->data * 2);
    throws(LogicException::class, fn () => $answers[0]->wait());
    throws(LogicException::class, fn () => $wire->flush());
    if (count($answers) === 3) {
        $wire->unsubscribe('questions');
        $wire->stop();
    }
}, history: 10);
foreach ([1, 2, 3, 4] as $question) {
    $client->publish('questions', $question);
}
$wire->listen(20);
$wire->flush(20);
same([2, 4, 6], array_map(fn ($m) => $m->data, $client->history('answers')->messages));
same('me', $client->history('answers')->messages[0]->sender);
same(null, $wire->cursor('questions'));

// What is published with one's own sender does not come back; everything else does.
$heard = [];
$wire->subscribe('room', function (StoredMessage $message) use ($wire, &$heard): void {
    $heard[] = $message->data;
    $wire->stop();
}, history: 10);
$wire->publish('room', 'mine')->wait(20);
$client->publish('room', 'theirs');
$wire->listen(20);
same(['theirs'], $heard);

// listen() ends when its time is over.
$begun = microtime(true);
$wire->listen(0.2);
check(microtime(true) - $begun >= 0.19, 'it listened as long as it was told');

// A channel that is refused is told by listen(), and the others go on.
$narrow = new Connection(url(), (string) getenv('NARROW_KEY'));
$narrow->subscribe('room', fn () => null);
check(strlen(throws(Forbidden::class, fn () => $narrow->listen(20))->getMessage()) > 20, 'the sentence is there');
same('allowed:1', $narrow->publish('allowed:1', 1)->wait(20)->channel);

// A key that nobody knows ends it for good: no loop, and every call says so.
$unknown = new Connection(url(), 'not-a-key');
$pending = $unknown->publish('room', 1);
throws(Unauthorized::class, fn () => $pending->wait(20));
throws(Unauthorized::class, fn () => $unknown->publish('room', 2));
throws(Unauthorized::class, fn () => $unknown->listen(20));
echo "done\n";
