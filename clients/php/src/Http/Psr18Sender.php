<?php

// HTTP by any PSR-18 client, with the PSR-17 factories it needs. Time limits are that client's own: set 1 second for
// connecting and 3 in all there.

declare(strict_types=1);

namespace Twinwire\Http;

use Psr\Http\Client\ClientExceptionInterface;
use Psr\Http\Client\ClientInterface;
use Psr\Http\Message\RequestFactoryInterface;
use Psr\Http\Message\StreamFactoryInterface;
use Twinwire\Failure\Unreachable;

final class Psr18Sender implements Sender
{
    public function __construct(
        private readonly ClientInterface $client,
        private readonly RequestFactoryInterface $requests,
        private readonly StreamFactoryInterface $streams,
    ) {
    }

    public function send(Request $request, float $seconds): Response
    {
        $message = $this->requests->createRequest($request->method, $request->url);
        foreach ($request->headers as $name => $value) {
            $message = $message->withHeader($name, $value);
        }
        if ($request->body !== '') {
            $message = $message->withBody($this->streams->createStream($request->body));
        }
        try {
            $answer = $this->client->sendRequest($message);
        } catch (ClientExceptionInterface $error) {
            throw Unreachable::because($error->getMessage());
        }
        return new Response(
            $answer->getStatusCode(),
            (string) $answer->getBody(),
            Response::seconds($answer->getHeaderLine('Retry-After')),
        );
    }
}
