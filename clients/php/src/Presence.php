<?php

// Who is in a channel.

declare(strict_types=1);

namespace Twinwire;

final class Presence
{
    /**
     * @param list<Member> $members
     * @param int $anonymous connections without a user
     * @param int $total how many members there are; more than are listed in a very large channel
     */
    public function __construct(
        public readonly array $members,
        public readonly int $anonymous,
        public readonly int $total,
    ) {
    }

    /** @param array<string, mixed> $answer */
    public static function from(array $answer): self
    {
        $members = array_map(Member::from(...), $answer['members']);
        return new self($members, $answer['anonymous'], $answer['total'] ?? count($members));
    }
}
