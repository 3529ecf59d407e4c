<?php

// A moment after which nobody waits any more, on a clock that cannot be set back.

declare(strict_types=1);

namespace Twinwire\Wire;

final class Deadline
{
    private function __construct(private readonly float $end)
    {
    }

    /** @param float|null $seconds from now; null: never */
    public static function in(?float $seconds): self
    {
        return new self($seconds === null ? INF : self::now() + $seconds);
    }

    public function secondsLeft(): float
    {
        return max(0.0, $this->end - self::now());
    }

    public function isOver(): bool
    {
        return self::now() >= $this->end;
    }

    /** Seconds since some moment of the past. */
    public static function now(): float
    {
        return hrtime(true) / 1e9;
    }
}
