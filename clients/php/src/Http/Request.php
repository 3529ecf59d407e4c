<?php

// A request of the HTTP API, as senders take it.

declare(strict_types=1);

namespace Twinwire\Http;

final class Request
{
    /** @param array<string, string> $headers */
    public function __construct(
        public readonly string $method,
        public readonly string $url,
        public readonly array $headers,
        public readonly string $body,
    ) {
    }
}
