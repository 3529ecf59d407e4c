<?php

// The gateway says that messages after a cursor are gone, instead of skipping them in silence (rule R2).

declare(strict_types=1);

namespace Twinwire;

final class Gap
{
    /**
     * @param string|null $oldest the oldest message that is kept; from there on all follows
     * @param string $reason `expired`, `reset`, `slow` or `no_history`
     */
    public function __construct(
        public readonly string $channel,
        public readonly ?string $requested,
        public readonly ?string $oldest,
        public readonly string $reason,
    ) {
    }

    /** @param array<string, mixed> $frame */
    public static function from(array $frame): self
    {
        return new self($frame['channel'], $frame['requested'] ?? null, $frame['oldest'] ?? null, $frame['reason']);
    }
}
