<?php

// A channel that a connection listens to, and how far it has been given. Knows no sockets.

declare(strict_types=1);

namespace Twinwire\Wire;

use Closure;

/** @internal */
final class Subscription
{
    private bool $isOpen = false;

    /**
     * @param string $ref unique within the connection, so that frames of an earlier subscription of the same channel
     *                    are told from this one's
     * @param Closure $onMessage takes a StoredMessage
     * @param Closure|null $onGap takes a Gap
     * @param string|null $cursor everything up to here has been given to `onMessage`
     */
    public function __construct(
        public readonly string $ref,
        public readonly string $channel,
        public readonly Closure $onMessage,
        public readonly ?Closure $onGap,
        public ?string $cursor,
        private readonly ?int $history,
    ) {
    }

    /**
     * The gateway says that it begins. A cursor that is known stays: if the connection broke before the gap that may
     * follow was told, the next one has to be told of it again.
     *
     * @param array<string, mixed> $frame
     */
    public function begin(array $frame): void
    {
        if (($frame['ref'] ?? null) === $this->ref) {
            $this->isOpen = true;
            $this->cursor ??= $frame['cursor'];
        }
    }

    /** Whether what comes for the channel is for this one. */
    public function isOpen(): bool
    {
        return $this->isOpen;
    }

    /** Everything up to here has been given. */
    public function advance(?string $cursor): void
    {
        $this->cursor = $cursor ?? $this->cursor;
    }

    /** @return array<string, mixed> the command that begins it, or goes on from its cursor */
    public function command(): array
    {
        $this->isOpen = false;
        $start = ['since' => $this->cursor, 'history' => $this->cursor === null ? $this->history : null];
        $given = array_filter($start, static fn ($value): bool => $value !== null);
        return ['type' => 'subscribe', 'ref' => $this->ref, 'channel' => $this->channel] + $given;
    }
}
