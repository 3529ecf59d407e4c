<?php

// A message on its way by a Connection: wait for the gateway's answer, or go on and flush later.

declare(strict_types=1);

namespace Twinwire;

use Closure;
use LogicException;
use Twinwire\Failure\TwinwireException;

final class Pending
{
    private ?Published $published = null;
    private ?TwinwireException $failure = null;

    /**
     * @internal made by a Connection
     *
     * @param Closure $wait goes on with the connection until this is answered or the seconds are over
     * @param string $text the command as it is sent
     * @param float $begunAt on the clock of Wire\Deadline
     */
    public function __construct(
        public readonly string $channel,
        public readonly string $text,
        public readonly float $begunAt,
        private readonly Closure $wait,
    ) {
    }

    /**
     * Waits until the message is stored. When the time is over first, the message stays on its way: it is sent again,
     * under the same key, as soon as the connection is back.
     *
     * @throws TwinwireException when the gateway refused it; Unreachable when the time was over
     * @throws LogicException within a handler: collect what you publish there, and wait afterwards
     */
    public function wait(float $seconds = 3.0): Published
    {
        ($this->wait)($this, $seconds);
        return $this->published ?? throw $this->failure;
    }

    public function isAnswered(): bool
    {
        return $this->published !== null || $this->failure !== null;
    }

    /** @internal */
    public function failure(): ?TwinwireException
    {
        return $this->failure;
    }

    /** @internal */
    public function succeed(Published $published): void
    {
        $this->published = $published;
    }

    /** @internal */
    public function fail(TwinwireException $failure): void
    {
        $this->failure = $failure;
    }
}
