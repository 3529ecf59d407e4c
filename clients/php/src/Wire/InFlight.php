<?php

// Messages that were published and are not answered yet, in their order. Knows no sockets.

declare(strict_types=1);

namespace Twinwire\Wire;

use Twinwire\Failure\TooLarge;
use Twinwire\Failure\TwinwireException;
use Twinwire\Failure\Unreachable;
use Twinwire\Pending;
use Twinwire\Published;

/** @internal */
final class InFlight
{
    /** The gateway remembers keys for ten minutes (rule H2): what is older could be stored twice if sent again. */
    private const MAX_AGE_SECONDS = 540.0;

    /** @var array<int, Pending> by ref */
    private array $pending = [];
    private ?TwinwireException $unseen = null;

    public function add(int $ref, Pending $pending): void
    {
        $this->pending[$ref] = $pending;
    }

    public function count(): int
    {
        return count($this->pending);
    }

    /** @param array<string, mixed> $frame */
    public function published(array $frame): void
    {
        $pending = $this->take($frame);
        $pending?->succeed(Published::from($frame + ['channel' => $pending->channel]));
    }

    /**
     * @param array<string, mixed> $frame
     *
     * @return bool whether it was about one of these
     */
    public function failed(array $frame, TwinwireException $failure): bool
    {
        $pending = $this->take($frame);
        $pending?->fail($failure);
        if ($pending !== null) {
            $this->unseen ??= $failure;
        }
        return $pending !== null;
    }

    /** All of them fail: the connection is over for good. */
    public function failAll(TwinwireException $failure): void
    {
        foreach ($this->pending as $pending) {
            $pending->fail($failure);
        }
        $this->pending = [];
    }

    /** The gateway hung up over the size of a frame, and does not say which: none was larger than the largest. */
    public function failLargest(): void
    {
        $sizes = array_map(static fn (Pending $pending): int => strlen($pending->text), $this->pending);
        if ($sizes === []) {
            return;
        }
        $ref = array_search(max($sizes), $sizes, true);
        $message = "The message of {$sizes[$ref]} bytes is over the gateway's limit: send less, or a reference to it.";
        $this->failed(['ref' => $ref], new TooLarge($message, 'too_large', 413));
    }

    /**
     * What a new connection has to send, in the order published.
     *
     * @return list<string>
     */
    public function toSend(float $now): array
    {
        foreach ($this->pending as $ref => $pending) {
            if ($now - $pending->begunAt > self::MAX_AGE_SECONDS) {
                $this->failed(['ref' => $ref], Unreachable::because('for nine minutes, and the message is given up'));
            }
        }
        return array_values(array_map(static fn (Pending $pending): string => $pending->text, $this->pending));
    }

    /** Somebody waited for this one and was told. */
    public function seen(?TwinwireException $failure): void
    {
        if ($this->unseen === $failure) {
            $this->unseen = null;
        }
    }

    /** The first failure that nobody was told of. */
    public function takeFailure(): ?TwinwireException
    {
        $failure = $this->unseen;
        $this->unseen = null;
        return $failure;
    }

    /** @param array<string, mixed> $frame */
    private function take(array $frame): ?Pending
    {
        $ref = $frame['ref'] ?? null;
        $pending = is_int($ref) ? ($this->pending[$ref] ?? null) : null;
        if ($pending !== null) {
            unset($this->pending[$ref]);
        }
        return $pending;
    }
}
