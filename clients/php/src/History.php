<?php

// A page of what a channel keeps.

declare(strict_types=1);

namespace Twinwire;

final class History
{
    /**
     * @param list<StoredMessage> $messages oldest first
     * @param string|null $oldest the oldest message kept in the channel
     * @param bool $more whether more follow in the direction read
     * @param Gap|null $gap messages after `since` may be missing
     */
    public function __construct(
        public readonly array $messages,
        public readonly ?string $oldest,
        public readonly bool $more,
        public readonly ?Gap $gap = null,
    ) {
    }

    /** @param array<string, mixed> $answer */
    public static function from(array $answer): self
    {
        return new self(
            array_map(StoredMessage::from(...), $answer['messages']),
            $answer['oldest'] ?? null,
            $answer['more'],
            isset($answer['gap']) ? Gap::from($answer['gap']) : null,
        );
    }
}
