<?php

// What needs no gateway: signatures, the fake, frames cut anywhere, addresses, back-off.

declare(strict_types=1);

namespace Twinwire\Tests;

use InvalidArgumentException;
use LogicException;
use Twinwire\Client;
use Twinwire\Connection;
use Twinwire\Failure\BadSignature;
use Twinwire\Failure\TooLarge;
use Twinwire\Failure\TwinwireException;
use Twinwire\Failure\Unavailable;
use Twinwire\Failure\Unreachable;
use Twinwire\FakeGateway;
use Twinwire\HookRequest;
use Twinwire\Message;
use Twinwire\Pending;
use Twinwire\PersonalChannel;
use Twinwire\Signature;
use Twinwire\Tokens;
use Twinwire\Wire\Address;
use Twinwire\Wire\Backoff;
use Twinwire\Wire\Frame;
use Twinwire\Wire\FrameReader;
use Twinwire\Wire\InFlight;

require __DIR__ . '/check.php';

// Signatures.
$signature = new Signature('secret');
$header = $signature->sign('{"a":1}', 1000);
$signature->verify('{"a":1}', $header, 1060);
$signature->verify('{"a":1}', "t=1000,v1=" . str_repeat('0', 64) . substr($header, 6), 1000);
foreach ([null, '', 'garbage', 't=1000', "$header ", "$header\n", strtoupper($header)] as $bad) {
    throws(BadSignature::class, fn () => $signature->verify('{"a":1}', $bad, 1000));
}
throws(BadSignature::class, fn () => $signature->verify('{"a":2}', $header, 1000));
throws(BadSignature::class, fn () => $signature->verify('{"a":1}', $header, 1061));
throws(BadSignature::class, fn () => $signature->verify('{"a":1}', $header, 939));
throws(BadSignature::class, fn () => (new Signature('other'))->verify('{"a":1}', $header, 1000));
throws(InvalidArgumentException::class, fn () => new Signature(''));
$question = '{"connection":null,"ip":"192.0.2.7","headers":{"cookie":"a=b"},"transport":"http","channels":["x"]}';
$hook = HookRequest::from($question, $signature->sign($question), 'secret');
same([null, 'http', 'a=b', ['x']], [$hook->connection, $hook->transport, $hook->headers['cookie'], $hook->channels]);

// Arguments that could never work are refused where they are given.
throws(InvalidArgumentException::class, fn () => new Client('localhost:8080', 'k'));
throws(InvalidArgumentException::class, fn () => new Client('http://127.0.0.1', "k\r\nX: y"));
throws(InvalidArgumentException::class, fn () => new Tokens('short'));
$address = Address::of('https://live.example.com/sub/');
same(['/sub', 443, true, 'live.example.com'], [$address->path, $address->port, $address->isTls, $address->authority()]);

// The fake does what the gateway does.
$fake = new FakeGateway();
$first = $fake->publish('orders:1', ['object' => new \stdClass()], key: 'k');
same([$first->id, true], [$fake->publish('orders:1', 2, key: 'k')->id, $fake->publish('orders:1', 2, key: 'k')->duplicate]);
$fake->toUser('ada löw', 'x');
$fake->publishBatch([Message::toChannels(['a', 'b'], 1)]);
same(['orders:1', '@ada%20l%C3%B6w', 'a', 'b'], array_map(fn ($m) => $m->channel, $fake->messages()));
same([['object' => []]], array_map(fn ($m) => $m->data, $fake->messages('orders:1')));
same([], $fake->history('orders:1', since: $first->id)->messages);
$fake->failWith(TwinwireException::of('unavailable', 'The disk is full.', 503));
throws(Unavailable::class, fn () => $fake->publish('orders:1', 3));
same('@%25%2A%C3%9F', PersonalChannel::of('%*ß'));

// Frames, however they are cut: a fragmented text with a ping within it, a long one, a close.
$server = static fn (int $first, string $payload): string => chr($first) . (strlen($payload) < 126
    ? chr(strlen($payload)) : chr(126) . pack('n', strlen($payload))) . $payload;
$long = str_repeat('long ', 100);
$bytes = $server(0x01, 'Hel') . $server(0x89, 'ping') . $server(0x80, 'lo') . $server(0x81, $long) . $server(0x88, "\x03\xE8");
for ($size = 1; $size < 9; $size++) {
    $reader = new FrameReader();
    $read = [];
    foreach (str_split($bytes, $size) as $piece) {
        $reader->add($piece);
        while (($frame = $reader->next()) !== null) {
            $read[] = [$frame->opcode, $frame->payload];
        }
    }
    same([[Frame::PING, 'ping'], [Frame::TEXT, 'Hello'], [Frame::TEXT, $long], [Frame::CLOSE, "\x03\xE8"]], $read);
}
$reader = new FrameReader();
$reader->add("\x81\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
throws(Unreachable::class, fn () => $reader->next());
foreach ([0, 125, 126, 65535, 65536] as $length) {
    $bytes = (new Frame(Frame::TEXT, str_repeat('x', $length)))->bytes();
    same($length + ($length < 126 ? 6 : ($length < 65536 ? 8 : 14)), strlen($bytes));
    check($length === 0 || !str_contains($bytes, 'xxxxx'), 'what a client sends is masked');
}

// Back-off: at random, never beyond its span, and again from the start after a stable connection.
$longest = 0.0;
for ($round = 0; $round < 200; $round++) {
    $backoff = new Backoff();
    $backoff->lost(0.0);
    check($backoff->secondsLeft() <= 1.0, 'the first pause is a second at most');
    foreach (range(1, 12) as $ignored) {
        $backoff->lost(0.0);
    }
    check($backoff->secondsLeft() <= 30.0, 'no pause is over 30 seconds');
    $longest = max($longest, $backoff->secondsLeft());
    $backoff->lost(60.0);
    check($backoff->secondsLeft() <= 1.0, 'a stable connection starts over');
}
check($longest > 5.0, 'pauses grow');
$longest = 0.0;
foreach (range(1, 30) as $ignored) {
    $backoff->lost(0.0, 0.0);
    $longest = max($longest, $backoff->secondsLeft());
}
check($longest > 5.0, 'a gateway that would have us back at once is no loop');
$backoff->lost(0.0, 700.0);
check($backoff->secondsLeft() > 600, 'what the gateway says counts');

// What is on its way: sent again in order, never after the gateway has forgotten its key.
$inFlight = new InFlight();
$made = [];
foreach ([1 => 0.0, 2 => 100.0, 3 => 200.0] as $ref => $begunAt) {
    $made[$ref] = new Pending("c$ref", str_repeat((string) $ref, 4 - $ref), $begunAt, static fn () => null);
    $inFlight->add($ref, $made[$ref]);
}
same(['111', '22', '3'], $inFlight->toSend(539.0));
same(['22', '3'], $inFlight->toSend(541.0));
throws(Unreachable::class, fn () => $made[1]->wait());
$inFlight->failLargest();
throws(TooLarge::class, fn () => $made[2]->wait());
$inFlight->published(['ref' => 3, 'id' => 'e-1', 'duplicate' => true]);
same(['c3', 'e-1', true], [$made[3]->wait()->channel, $made[3]->wait()->id, $made[3]->wait()->duplicate]);
check($inFlight->takeFailure() instanceof Unreachable && $inFlight->takeFailure() === null, 'one failure is told, once');

// With nobody there, publishing says so in time, and keeps what was published.
$nobody = new Connection('http://127.0.0.1:1', 'key');
$pending = $nobody->publish('a', 1);
throws(Unreachable::class, fn () => $pending->wait(0.1));
check(!$pending->isAnswered(), 'it is still on its way');
echo "done\n";
