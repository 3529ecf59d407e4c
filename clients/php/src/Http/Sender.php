<?php

// Sends one request and gives its answer. Knows no retries and no JSON.

declare(strict_types=1);

namespace Twinwire\Http;

use Twinwire\Failure\Unreachable;

interface Sender
{
    /**
     * Any status is an answer; redirects are not followed.
     *
     * @param float $seconds for all of it, connecting included
     *
     * @throws Unreachable when there was no complete answer within the time
     */
    public function send(Request $request, float $seconds): Response;
}
