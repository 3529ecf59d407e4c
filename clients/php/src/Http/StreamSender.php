<?php

// HTTP/1.1 on PHP's own streams, for installations without ext-curl. Keeps the connection for the next request.

declare(strict_types=1);

namespace Twinwire\Http;

use Twinwire\Failure\Unreachable;
use Twinwire\Wire\Address;
use Twinwire\Wire\Deadline;
use Twinwire\Wire\Stream;

final class StreamSender implements Sender
{
    private ?Stream $stream = null;
    private string $owner = '';

    public function __construct(private readonly float $connectSeconds = 1.0)
    {
    }

    public function send(Request $request, float $seconds): Response
    {
        $deadline = Deadline::in($seconds);
        $address = Address::of($request->url);
        // After a fork both processes would write to the same connection.
        $owner = getmypid() . ' ' . ($address->isTls ? 'tls ' : '') . $address->authority();
        $kept = $this->owner === $owner ? $this->stream : null;
        $this->stream = null;
        $this->owner = $owner;
        if ($kept !== null) {
            $reader = new ResponseReader($kept, $deadline);
            try {
                return $this->exchange($kept, $reader, $address, $request, $deadline);
            } catch (Unreachable $error) {
                $kept->close();
                // The gateway may close a kept connection at any moment; that says nothing about this request.
                if ($reader->hasBegun() || $deadline->isOver()) {
                    throw $error;
                }
            }
        }
        $stream = Stream::open($address, min($this->connectSeconds, $deadline->secondsLeft()));
        return $this->exchange($stream, new ResponseReader($stream, $deadline), $address, $request, $deadline);
    }

    private function exchange(
        Stream $stream,
        ResponseReader $reader,
        Address $address,
        Request $request,
        Deadline $deadline,
    ): Response {
        $rest = self::bytesOf($request, $address);
        while ($rest !== '') {
            $rest = substr($rest, $stream->write($rest));
            if ($rest !== '' && $deadline->isOver()) {
                throw Unreachable::because('the time was over before the request was sent');
            }
            if ($rest !== '') {
                $stream->await($deadline->secondsLeft(), true);
            }
        }
        $response = $reader->read();
        if ($reader->mayBeKept()) {
            $this->stream = $stream;
        } else {
            $stream->close();
        }
        return $response;
    }

    private static function bytesOf(Request $request, Address $address): string
    {
        $query = parse_url($request->url, PHP_URL_QUERY);
        $target = ($address->path === '' ? '/' : $address->path) . ($query === null ? '' : "?$query");
        $lines = ["{$request->method} $target HTTP/1.1", 'Host: ' . $address->authority()];
        foreach ($request->headers as $name => $value) {
            $lines[] = "$name: $value";
        }
        if ($request->body !== '') {
            $lines[] = 'Content-Length: ' . strlen($request->body);
        }
        return implode("\r\n", $lines) . "\r\n\r\n" . $request->body;
    }
}
