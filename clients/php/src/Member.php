<?php

// A user in a channel with presence.

declare(strict_types=1);

namespace Twinwire;

final class Member
{
    /**
     * @param array<string, mixed> $info what the user's token or the hook said about them
     * @param int $connections how many of the user's connections are in the channel
     */
    public function __construct(
        public readonly string $user,
        public readonly array $info,
        public readonly int $connections,
    ) {
    }

    /** @param array<string, mixed> $member */
    public static function from(array $member): self
    {
        return new self($member['user'], $member['info'] ?? [], $member['connections']);
    }
}
