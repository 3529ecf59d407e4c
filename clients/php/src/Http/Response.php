<?php

// An answer of the HTTP API, as senders give it.

declare(strict_types=1);

namespace Twinwire\Http;

final class Response
{
    /** @param float|null $retryAfterSeconds the header Retry-After, if it holds seconds */
    public function __construct(
        public readonly int $status,
        public readonly string $body,
        public readonly ?float $retryAfterSeconds = null,
    ) {
    }

    /** Reads a header Retry-After; a date in it is not worth the wait for a caller with a time limit. */
    public static function seconds(?string $retryAfter): ?float
    {
        $text = trim((string) $retryAfter);
        return ctype_digit($text) ? (float) $text : null;
    }
}
