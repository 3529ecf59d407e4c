<?php

// The gateway by HTTP. One object for a process: it keeps its connection for the next call.

declare(strict_types=1);

namespace Twinwire;

use InvalidArgumentException;
use Twinwire\Failure\NotFound;
use Twinwire\Http\Caller;
use Twinwire\Http\CurlSender;
use Twinwire\Http\Sender;
use Twinwire\Http\StreamSender;
use Twinwire\Wire\Address;

final class Client implements Gateway
{
    private readonly Caller $caller;

    /**
     * @param string $url where the gateway is, such as http://127.0.0.1:8080
     * @param Sender|null $sender what makes the requests: a Psr18Sender with your own HTTP client, if you like
     * @param float $connectSeconds how long connecting may take
     * @param float $totalSeconds how long a call may take, all its tries included: no page waits longer
     *
     * @throws InvalidArgumentException when the address is none, or the key is empty
     */
    public function __construct(
        string $url,
        string $apiKey,
        ?Sender $sender = null,
        float $connectSeconds = 1.0,
        float $totalSeconds = 3.0,
    ) {
        if ($apiKey === '' || preg_match('/[^\x21-\x7E]/', $apiKey) === 1) {
            throw new InvalidArgumentException(
                'The API key is empty, or holds spaces or line breaks: check where it comes from.',
            );
        }
        $sender ??= extension_loaded('curl') ? new CurlSender($connectSeconds) : new StreamSender($connectSeconds);
        $this->caller = new Caller(Address::of($url)->url, $apiKey, $sender, $totalSeconds);
    }

    /**
     * The gateway of TWINWIRE_URL (http://127.0.0.1:8080 without it), with the key of TWINWIRE_API_KEY.
     *
     * @throws InvalidArgumentException when there is no key
     */
    public static function fromEnvironment(): self
    {
        $url = getenv('TWINWIRE_URL') ?: 'http://127.0.0.1:8080';
        return new self($url, getenv('TWINWIRE_API_KEY') ?: throw new InvalidArgumentException(
            'There is no API key: set TWINWIRE_API_KEY.',
        ));
    }

    public function publish(
        string $channel,
        mixed $data,
        ?string $event = null,
        ?string $key = null,
        ?float $ttlSeconds = null,
        ?string $sender = null,
    ): Published {
        return $this->send(Message::to($channel, $data, $event, $key, $ttlSeconds, $sender));
    }

    public function toUser(
        string $user,
        mixed $data,
        ?string $event = null,
        ?string $key = null,
        ?float $ttlSeconds = null,
        ?string $sender = null,
    ): Published {
        return $this->send(Message::toUser($user, $data, $event, $key, $ttlSeconds, $sender));
    }

    public function publishBatch(array $messages): array
    {
        if ($messages === []) {
            return [];
        }
        $answer = $this->caller->call('POST', '/api/publish', array_values($messages));
        return array_map(
            static fn (array $result): Published|Refused => isset($result['error'])
                ? new Refused($result['error']['code'], $result['error']['message'])
                : Published::from($result),
            $answer['results'],
        );
    }

    public function history(
        string $channel,
        ?string $since = null,
        ?string $before = null,
        int $limit = 50,
        float $waitSeconds = 0,
    ): History {
        $bounds = ['since' => $since, 'before' => $before, 'limit' => $limit, 'wait' => $waitSeconds ?: null];
        // http_build_query leaves out what is null.
        $path = self::channel($channel) . '/messages?' . http_build_query($bounds);
        return History::from($this->caller->call('GET', $path, null, $waitSeconds));
    }

    public function presence(string $channel): Presence
    {
        return Presence::from($this->caller->call('GET', self::channel($channel) . '/presence'));
    }

    public function disconnect(string $connection): bool
    {
        try {
            $this->caller->call('DELETE', '/api/connections/' . rawurlencode($connection));
            return true;
        } catch (NotFound) {
            return false;
        }
    }

    public function disconnectUser(string $user): int
    {
        $path = '/api/users/' . rawurlencode($user) . '/connections';
        return $this->caller->call('DELETE', $path)['disconnected'];
    }

    private function send(Message $message): Published
    {
        return Published::from($this->caller->call('POST', '/api/publish', $message));
    }

    private static function channel(string $name): string
    {
        return '/api/channels/' . rawurlencode($name);
    }
}
