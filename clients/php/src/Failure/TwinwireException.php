<?php

// What every failure of this client has in common. Catch this one, or the kind you can do something about.

declare(strict_types=1);

namespace Twinwire\Failure;

use RuntimeException;

class TwinwireException extends RuntimeException
{
    /** The protocol's codes and what they are here; the rest, `internal` and `unavailable`, is Unavailable. */
    private const KINDS = [
        'bad_request' => BadRequest::class,
        'unauthorized' => Unauthorized::class,
        'forbidden' => Forbidden::class,
        'not_found' => NotFound::class,
        'too_large' => TooLarge::class,
        'rate_limited' => RateLimited::class,
        'kicked' => Kicked::class,
    ];

    /**
     * @param string $message a sentence; of what the gateway refused, the gateway's own
     * @param string $errorCode the protocol's word, such as `forbidden`; `unreachable` where there was no answer
     * @param int $status the HTTP status; 0 where there was no answer
     * @param float|null $retryAfterSeconds when the gateway would have it again, if it said so
     */
    final public function __construct(
        string $message,
        public readonly string $errorCode,
        public readonly int $status = 0,
        public readonly ?float $retryAfterSeconds = null,
    ) {
        parent::__construct($message, $status);
    }

    /** The exception of the right kind for what a gateway answered. */
    public static function of(string $code, string $message, int $status, ?float $retryAfterSeconds = null): self
    {
        $kind = self::KINDS[$code] ?? ($status >= 400 && $status < 500 ? BadRequest::class : Unavailable::class);
        return new $kind($message, $code, $status, $retryAfterSeconds);
    }
}
