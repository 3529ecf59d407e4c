<?php

// One message of a batch that the gateway did not take; the others are not concerned.

declare(strict_types=1);

namespace Twinwire;

final class Refused
{
    /**
     * @param string $code the protocol's word, such as `forbidden`
     * @param string $message the gateway's sentence: what is wrong, and what would help
     */
    public function __construct(public readonly string $code, public readonly string $message)
    {
    }
}
