<?php

// The gateway's answer to a message that it took.

declare(strict_types=1);

namespace Twinwire;

final class Published
{
    /**
     * @param string|null $id the message's cursor; null in channels without history
     * @param int|null $subscribers who was connected at the commit; null where the gateway does not say
     * @param bool $duplicate the key was seen before: `id` is that of the first time, and nothing was delivered
     */
    public function __construct(
        public readonly string $channel,
        public readonly ?string $id = null,
        public readonly ?int $subscribers = null,
        public readonly bool $duplicate = false,
    ) {
    }

    /** @param array<string, mixed> $answer */
    public static function from(array $answer): self
    {
        return new self(
            $answer['channel'],
            $answer['id'] ?? null,
            $answer['subscribers'] ?? null,
            $answer['duplicate'] ?? false,
        );
    }
}
