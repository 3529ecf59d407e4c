<?php

// One message on its way to the gateway, for batches. Knows no network.

declare(strict_types=1);

namespace Twinwire;

use JsonSerializable;

final class Message implements JsonSerializable
{
    /** @param array<string, mixed> $members as `POST /api/publish` takes them */
    private function __construct(private readonly array $members)
    {
    }

    /** A message for one channel. The parameters are those of `Publisher::publish`. */
    public static function to(
        string $channel,
        mixed $data,
        ?string $event = null,
        ?string $key = null,
        ?float $ttlSeconds = null,
        ?string $sender = null,
    ): self {
        return self::of(['channel' => $channel, 'data' => $data], $event, $key, $ttlSeconds, $sender);
    }

    /**
     * The same message for several channels; each has its own result.
     *
     * @param list<string> $channels
     */
    public static function toChannels(
        array $channels,
        mixed $data,
        ?string $event = null,
        ?string $key = null,
        ?float $ttlSeconds = null,
        ?string $sender = null,
    ): self {
        $names = array_values($channels);
        return self::of(['channels' => $names, 'data' => $data], $event, $key, $ttlSeconds, $sender);
    }

    /** A message for a user's personal channel. */
    public static function toUser(
        string $user,
        mixed $data,
        ?string $event = null,
        ?string $key = null,
        ?float $ttlSeconds = null,
        ?string $sender = null,
    ): self {
        return self::of(['user' => $user, 'data' => $data], $event, $key, $ttlSeconds, $sender);
    }

    /** @param array<string, mixed> $members */
    private static function of(array $members, ?string $event, ?string $key, ?float $ttl, ?string $sender): self
    {
        $optional = ['event' => $event, 'ttl' => $ttl, 'sender' => $sender];
        // Made here, once: whoever sends this message again sends it under the same key.
        $members['key'] = $key ?? bin2hex(random_bytes(16));
        return new self($members + array_filter($optional, static fn ($value): bool => $value !== null));
    }

    /** @return array<string, mixed> */
    public function jsonSerialize(): array
    {
        return $this->members;
    }
}
