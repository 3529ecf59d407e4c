<?php

// Broadcasts Laravel's events by Twinwire, and lets Laravel's own channel callbacks decide who may listen: what they
// allow goes into a token for the page. Knows no HTTP.

declare(strict_types=1);

namespace Twinwire\Laravel;

use Illuminate\Broadcasting\Broadcasters\Broadcaster;
use Illuminate\Broadcasting\Broadcasters\UsePusherChannelConventions;
use Illuminate\Broadcasting\BroadcastException;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;
use Twinwire\Failure\TwinwireException;
use Twinwire\Gateway;
use Twinwire\Message;
use Twinwire\Refused;
use Twinwire\Tokens;

final class TwinwireBroadcaster extends Broadcaster
{
    use UsePusherChannelConventions;

    /** More would make a token that fits into no header. */
    private const MAX_CHANNELS = 50;
    /** A channel name (rule N1), of the characters that Laravel's names are made of. */
    private const NAME = '/^[A-Za-z0-9_=@.;:-]{1,200}$/D';

    public function __construct(
        private readonly Gateway $gateway,
        private readonly Tokens $tokens,
        private readonly int $tokenSeconds = 3600,
    ) {
    }

    /**
     * Answers `/broadcasting/auth`: one token for all channels asked for (`channels`, or `channel_name` for one), if
     * Laravel's callbacks allow every one of them.
     *
     * @param \Illuminate\Http\Request $request
     *
     * @return array{token: string}
     *
     * @throws AccessDeniedHttpException
     */
    public function auth($request): array
    {
        $names = $request->channels ?? $request->channel_name;
        $isName = static fn ($name): bool => is_string($name) && $name !== '';
        $channels = array_values(array_filter((array) $names, $isName));
        if ($channels === [] || count($channels) > self::MAX_CHANNELS) {
            throw new AccessDeniedHttpException();
        }
        $info = [];
        $user = null;
        foreach ($channels as $channel) {
            $name = $this->normalizeChannelName($channel);
            // In a token a `*` stands for any characters: such a "name" would be given far more than was looked at.
            if (!$this->isGuardedChannel($channel) || preg_match(self::NAME, $channel) !== 1) {
                throw new AccessDeniedHttpException();
            }
            $user = $this->retrieveUser($request, $name) ?? throw new AccessDeniedHttpException();
            // A presence channel's callback answers with what others may know of the user.
            $result = $this->verifyUserCanAccessChannel($request, $name);
            $info += is_array($result) ? $result : [];
        }
        return ['token' => $this->tokens->mint(self::idOf($user), $channels, [], $info ?: null, $this->tokenSeconds)];
    }

    /**
     * What a channel's callback answered; `auth` makes the token when all have.
     *
     * @param \Illuminate\Http\Request $request
     * @param mixed $result
     */
    public function validAuthenticationResponse($request, $result): mixed
    {
        return $result;
    }

    /**
     * @param array<mixed> $channels
     * @param string $event
     * @param array<string, mixed> $payload
     *
     * @throws BroadcastException with the gateway's sentence
     */
    public function broadcast(array $channels, $event, array $payload = []): void
    {
        // Laravel puts the page's own id here for `toOthers`: the `sender` that the page connected with.
        $sender = $payload['socket'] ?? null;
        unset($payload['socket']);
        if ($channels === []) {
            return;
        }
        $names = $this->formatChannels($channels);
        $message = Message::toChannels($names, (object) $payload, $event, sender: $sender);
        try {
            $results = $this->gateway->publishBatch([$message]);
        } catch (TwinwireException $failure) {
            throw new BroadcastException($failure->getMessage(), 0, $failure);
        }
        foreach ($results as $result) {
            if ($result instanceof Refused) {
                throw new BroadcastException($result->message);
            }
        }
    }

    private static function idOf(object $user): string
    {
        return (string) (method_exists($user, 'getAuthIdentifierForBroadcasting')
            ? $user->getAuthIdentifierForBroadcasting()
            : $user->getAuthIdentifier());
    }
}
