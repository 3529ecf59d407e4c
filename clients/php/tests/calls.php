<?php

// Every call of the HTTP client against a real gateway, by the sender named on the command line.

declare(strict_types=1);

namespace Twinwire\Tests;

use Twinwire\Client;
use Twinwire\Failure\BadRequest;
use Twinwire\Failure\Forbidden;
use Twinwire\Failure\NotFound;
use Twinwire\Failure\TooLarge;
use Twinwire\Failure\Unauthorized;
use Twinwire\Message;
use Twinwire\Published;
use Twinwire\Refused;

require __DIR__ . '/check.php';
require __DIR__ . '/senders.php';

$client = new Client(url(), key(), sender($argv[1]));

// What is published is read back as it was, with its name, sender and cursor.
$data = ['text' => "Grüße \u{2028} \"", 'price' => 1.0, 'big' => PHP_INT_MAX, 'list' => [], 'none' => null];
$first = $client->publish('orders:1', $data, event: 'paid', sender: 'page-7');
same('orders:1', $first->channel);
same(0, $first->subscribers);
same(false, $first->duplicate);
$page = $client->history('orders:1');
same(1, count($page->messages));
[$message] = $page->messages;
same([$first->id, $data, 'paid', 'page-7'], [$message->id, $message->data, $message->event, $message->sender]);
check(abs($message->timeMs / 1000 - time()) < 60, 'its time is now');
same([$first->id, false, null], [$page->oldest, $page->more, $page->gap]);

// The same key publishes once.
$second = $client->publish('orders:1', 2, key: 'order-2');
$again = $client->publish('orders:1', 'another', key: 'order-2');
same([$second->id, true], [$again->id, $again->duplicate]);

// History between cursors, and the gap of a cursor that nobody gave.
$client->publish('orders:1', 3, ttlSeconds: 3600);
same([2, 3], array_map(fn ($m) => $m->data, $client->history('orders:1', since: $first->id)->messages));
same([$first->id], array_map(fn ($m) => $m->id, $client->history('orders:1', before: $second->id)->messages));
$newest = $client->history('orders:1', limit: 1);
same([3, true], [$newest->messages[0]->data, $newest->more]);
same('reset', $client->history('orders:1', since: 'zzzzzzzz-1')->gap?->reason);
$begun = microtime(true);
same([], $client->history('quiet', waitSeconds: 0.2)->messages);
check(microtime(true) - $begun > 0.15, 'an empty answer is held back');

// A batch: one bad message fails alone.
$results = $client->publishBatch([
    Message::to('orders:2', 'a'),
    Message::to('no such name', 'b'),
    Message::toChannels(['orders:3', 'orders:4'], 'c'),
    Message::toUser('ada', 'd'),
]);
same([Published::class, Refused::class, Published::class, Published::class, Published::class], array_map(get_class(...), $results));
same('bad_request', $results[1]->code);
check(strlen($results[1]->message) > 20, 'the sentence is there');
same(['orders:3', 'orders:4', '@ada'], array_map(fn ($r) => $r->channel, array_slice($results, 2)));
same([], $client->publishBatch([]));

// To a user whose name is no channel name.
same('@ada%20l%C3%B6w', $client->toUser('ada löw', 'hello')->channel);

// Refusals are typed, and speak with the gateway's sentence.
$refused = throws(BadRequest::class, fn () => $client->publish('no such name', 1));
same(['bad_request', 400], [$refused->errorCode, $refused->status]);
check(strlen($refused->getMessage()) > 20, $refused->getMessage());
throws(TooLarge::class, fn () => $client->publish('orders:1', str_repeat('x', 70000)));
throws(BadRequest::class, fn () => $client->publish('orders:1', "\xFF"));
$unknown = new Client(url(), 'not-a-key', sender($argv[1]));
throws(Unauthorized::class, fn () => $unknown->publish('orders:1', 1));
$narrow = new Client(url(), (string) getenv('NARROW_KEY'), sender($argv[1]));
same('allowed:1', $narrow->publish('allowed:1', 1)->channel);
check(str_contains(throws(Forbidden::class, fn () => $narrow->publish('orders:1', 1))->getMessage(), 'orders:1'), 'it names the channel');
// Who is there: the test that runs this has opened two connections of ada's.
$presence = $client->presence('room:1');
same(['ada', ['name' => 'Ada'], 2], array_values((array) $presence->members[0]));
same([1, 1, 0], [count($presence->members), $presence->total, $presence->anonymous]);
throws(NotFound::class, fn () => $client->presence('orders:1'));

// Disconnecting: first the one that the test names, then what is left.
same(false, $client->disconnect('nobody'));
same(true, $client->disconnect((string) getenv('CONNECTION')));
same(1, $client->disconnectUser('ada'));
same(0, $client->disconnectUser('ada löw'));
echo "done\n";
