<?php

// A message as it comes from the gateway.

declare(strict_types=1);

namespace Twinwire;

final class StoredMessage
{
    /**
     * @param string|null $id its cursor; null in channels without history
     * @param int $timeMs when it was published, in milliseconds since 1970
     * @param mixed $data JSON objects are arrays
     * @param string|null $user who published it, if a client did
     */
    public function __construct(
        public readonly string $channel,
        public readonly ?string $id,
        public readonly int $timeMs,
        public readonly mixed $data,
        public readonly ?string $event = null,
        public readonly ?string $user = null,
        public readonly ?string $sender = null,
    ) {
    }

    /** @param array<string, mixed> $frame */
    public static function from(array $frame): self
    {
        return new self(
            $frame['channel'],
            $frame['id'] ?? null,
            $frame['time'],
            $frame['data'],
            $frame['event'] ?? null,
            $frame['user'] ?? null,
            $frame['sender'] ?? null,
        );
    }
}
