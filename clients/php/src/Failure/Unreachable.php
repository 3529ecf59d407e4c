<?php

// There was no answer: nobody listens, the connection broke, or the time was over. What was published may have arrived
// nevertheless; publishing it again under the same key is safe for ten minutes.

declare(strict_types=1);

namespace Twinwire\Failure;

final class Unreachable extends TwinwireException
{
    /** @param string $reason what happened, without a full stop */
    public static function because(string $reason): self
    {
        return new self(
            "The gateway did not answer ($reason): is it running, and is its address right?",
            'unreachable',
        );
    }
}
