<?php

// A gateway for your tests: takes everything, remembers it, and fails when told to. Knows no network.

declare(strict_types=1);

namespace Twinwire;

use Twinwire\Failure\NotFound;
use Twinwire\Failure\TwinwireException;

final class FakeGateway implements Gateway
{
    private const EPOCH = 'fake0000';

    /** @var list<StoredMessage> */
    private array $messages = [];
    /** @var array<string, string> channel and key → id */
    private array $keys = [];
    /** @var array<string, Presence> by channel */
    private array $presences = [];
    /** @var list<string> */
    private array $disconnected = [];
    private ?TwinwireException $failure = null;

    /** Every call from now on throws this; null: none does. */
    public function failWith(?TwinwireException $failure): void
    {
        $this->failure = $failure;
    }

    /** Who `presence` finds in a channel. */
    public function setPresence(string $channel, Presence $presence): void
    {
        $this->presences[$channel] = $presence;
    }

    /**
     * What was published, in its order; messages to users stand in their personal channels (`@ada`).
     *
     * @return list<StoredMessage>
     */
    public function messages(?string $channel = null): array
    {
        $isWanted = static fn (StoredMessage $message): bool => $channel === null || $message->channel === $channel;
        return array_values(array_filter($this->messages, $isWanted));
    }

    /** @return list<string> connections and users (`@ada`) that were disconnected */
    public function disconnected(): array
    {
        return $this->disconnected;
    }

    public function publish(
        string $channel,
        mixed $data,
        ?string $event = null,
        ?string $key = null,
        ?float $ttlSeconds = null,
        ?string $sender = null,
    ): Published {
        return $this->publishBatch([Message::to($channel, $data, $event, $key, $ttlSeconds, $sender)])[0];
    }

    public function toUser(
        string $user,
        mixed $data,
        ?string $event = null,
        ?string $key = null,
        ?float $ttlSeconds = null,
        ?string $sender = null,
    ): Published {
        return $this->publishBatch([Message::toUser($user, $data, $event, $key, $ttlSeconds, $sender)])[0];
    }

    /** @return list<Published> */
    public function publishBatch(array $messages): array
    {
        $this->throwIfTold();
        $results = [];
        foreach ($messages as $message) {
            // By way of JSON, so that a test sees what a reader would.
            $members = Json::decode(Json::encode($message));
            $channels = $members['channels'] ?? [$members['channel'] ?? PersonalChannel::of($members['user'])];
            foreach ($channels as $channel) {
                $results[] = $this->store($channel, $members);
            }
        }
        return $results;
    }

    public function history(
        string $channel,
        ?string $since = null,
        ?string $before = null,
        int $limit = 50,
        float $waitSeconds = 0,
    ): History {
        $this->throwIfTold();
        $all = $this->messages($channel);
        $isWithin = static fn (StoredMessage $message): bool => ($since === null || $message->id > $since)
            && ($before === null || $message->id < $before);
        $found = array_values(array_filter($all, $isWithin));
        $page = $since === null ? array_slice($found, -$limit) : array_slice($found, 0, $limit);
        return new History($page, $all[0]->id ?? null, count($found) > count($page));
    }

    public function presence(string $channel): Presence
    {
        $this->throwIfTold();
        $absent = "The channel $channel has no presence: setPresence() gives it one.";
        return $this->presences[$channel] ?? throw new NotFound($absent, 'not_found', 404);
    }

    public function disconnect(string $connection): bool
    {
        $this->throwIfTold();
        $this->disconnected[] = $connection;
        return true;
    }

    public function disconnectUser(string $user): int
    {
        $this->throwIfTold();
        $this->disconnected[] = PersonalChannel::of($user);
        return 1;
    }

    /** @param array<string, mixed> $members */
    private function store(string $channel, array $members): Published
    {
        $place = "$channel {$members['key']}";
        if (isset($this->keys[$place])) {
            return new Published($channel, $this->keys[$place], 0, true);
        }
        // Of equal length, so that ids compare as texts.
        $id = sprintf('%s-%09d', self::EPOCH, count($this->messages) + 1);
        $this->keys[$place] = $id;
        $event = $members['event'] ?? null;
        $sender = $members['sender'] ?? null;
        $timeMs = (int) (microtime(true) * 1000);
        $this->messages[] = new StoredMessage($channel, $id, $timeMs, $members['data'], $event, null, $sender);
        return new Published($channel, $id, 0);
    }

    private function throwIfTold(): void
    {
        if ($this->failure !== null) {
            throw $this->failure;
        }
    }
}
