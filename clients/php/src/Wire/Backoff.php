<?php

// When to connect again: at random within a span that doubles, so that a thousand processes do not come back together.
// Knows no connection.

declare(strict_types=1);

namespace Twinwire\Wire;

final class Backoff
{
    private const FIRST_SPAN_SECONDS = 1.0;
    private const MAX_SPAN_SECONDS = 30.0;
    /** A connection that lived less may be one of many that are turned away one after the other. */
    private const STABLE_SECONDS = 10.0;

    private int $losses = 0;
    private float $nextAt = 0.0;

    /**
     * A connection could not be made, or was lost.
     *
     * @param float $lifeSeconds how long it had been there
     * @param float|null $afterSeconds when the gateway would have us back at the earliest, if it said so
     */
    public function lost(float $lifeSeconds, ?float $afterSeconds = null): void
    {
        if ($lifeSeconds >= self::STABLE_SECONDS) {
            $this->losses = 0;
        }
        $span = min(self::MAX_SPAN_SECONDS, self::FIRST_SPAN_SECONDS * 2 ** min(10, $this->losses));
        $this->losses++;
        // One that says "at once" every time must not be asked without a pause.
        $this->nextAt = Deadline::now() + max($afterSeconds ?? 0.0, $span * random_int(0, 1000) / 1000);
    }

    /** Seconds until the next try. */
    public function secondsLeft(): float
    {
        return max(0.0, $this->nextAt - Deadline::now());
    }
}
