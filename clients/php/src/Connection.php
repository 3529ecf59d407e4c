<?php

// A lasting connection to the gateway, for PHP that runs long: publishes with many messages on their way at once, and
// listens to channels. Comes back by itself, resumes every channel where it stopped, and sends again what was not
// answered, under the same keys.
//
// PHP has one thread: things go on while `listen`, `flush` or a `wait` runs, and stand still otherwise. Handlers are
// called from there too.

declare(strict_types=1);

namespace Twinwire;

use Closure;
use LogicException;
use Twinwire\Failure\TwinwireException;
use Twinwire\Failure\Unreachable;
use Twinwire\Wire\Address;
use Twinwire\Wire\Deadline;
use Twinwire\Wire\InFlight;
use Twinwire\Wire\Line;
use Twinwire\Wire\Subscription;

final class Connection
{
    /** Below the 1000 commands after which the gateway stops reading. */
    private const MAX_IN_FLIGHT = 500;
    private const PUBLISH_SECONDS = 3.0;

    private readonly Line $line;
    private readonly InFlight $inFlight;
    /** @var array<string, Subscription> by channel */
    private array $subscriptions = [];
    private int $lastRef = 0;
    private bool $isStopped = false;
    private bool $isHandling = false;
    private ?TwinwireException $end = null;

    /**
     * Connects when there is something to do.
     *
     * @param string $url where the gateway is, such as http://127.0.0.1:8080
     * @param string $apiKey a key with `publish` for what is published, `read` for what is listened to
     * @param string|null $sender messages published with this `sender` do not come back here, and those published
     *                            here carry it (rule H4)
     */
    public function __construct(
        string $url,
        string $apiKey,
        ?string $sender = null,
        float $connectSeconds = 1.0,
    ) {
        $this->inFlight = new InFlight();
        $this->line = new Line(
            Address::of($url),
            '/ws' . ($sender === null ? '' : '?sender=' . rawurlencode($sender)),
            ['Authorization' => "Bearer $apiKey"],
            $connectSeconds,
            $this->begin(...),
            $this->inFlight->failLargest(...),
        );
    }

    /**
     * Sends a message on its way and returns at once; `wait` for the answer, or `flush` after many. When 500 are on
     * their way it waits until one is answered (not within a handler). Answers keep the order.
     *
     * @param string|null $key your own idempotency key; without it one is made, so that sending again never doubles
     *
     * @throws TwinwireException when nothing moves for three seconds: this message is then not on its way
     */
    public function publish(string $channel, mixed $data, ?string $event = null, ?string $key = null): Pending
    {
        $ref = ++$this->lastRef;
        $command = ['type' => 'publish', 'ref' => $ref, 'channel' => $channel, 'data' => $data];
        $command += ['key' => $key ?? bin2hex(random_bytes(16))] + ($event === null ? [] : ['event' => $event]);
        $text = Json::encode($command);
        if (!$this->isHandling) {
            $isFree = fn (): bool => $this->inFlight->count() < self::MAX_IN_FLIGHT;
            $this->goOn($isFree, Deadline::in(self::PUBLISH_SECONDS), 'too many messages wait for an answer');
        }
        $this->throwIfEnded();
        $this->line->connect(Deadline::in(0));
        $pending = new Pending($channel, $text, Deadline::now(), $this->waitFor(...));
        $this->inFlight->add($ref, $pending);
        $this->line->send($text);
        return $pending;
    }

    /**
     * Waits until everything published is answered.
     *
     * @throws TwinwireException the first refusal that no `wait` has told of; Unreachable when the time was over, and
     *                           what is unanswered stays on its way
     */
    public function flush(float $seconds = 3.0): void
    {
        $this->refuseInHandler('flush');
        $isDone = fn (): bool => $this->inFlight->count() === 0;
        $this->goOn($isDone, Deadline::in($seconds), 'in time for all messages');
        $failure = $this->inFlight->takeFailure();
        if ($failure !== null) {
            throw $failure;
        }
    }

    /**
     * Listens to a channel, from now on or from a place before. Begins with the next `listen`.
     *
     * @param callable(StoredMessage): mixed $onMessage gets every message once and in order, over all reconnects
     * @param (callable(Gap): mixed)|null $onGap is told when messages are gone for good
     * @param string|null $since a cursor of before, such as from `cursor`: what came after it comes first
     * @param int|null $history without `since`: how many of the newest messages to begin with
     */
    public function subscribe(
        string $channel,
        callable $onMessage,
        ?callable $onGap = null,
        ?string $since = null,
        ?int $history = null,
    ): void {
        $gap = $onGap === null ? null : Closure::fromCallable($onGap);
        $message = Closure::fromCallable($onMessage);
        $this->unsubscribe($channel);
        $ref = 'subscribe ' . ++$this->lastRef;
        $subscription = new Subscription($ref, $channel, $message, $gap, $since, $history);
        $this->subscriptions[$channel] = $subscription;
        $this->line->send(Json::encode($subscription->command()));
    }

    public function unsubscribe(string $channel): void
    {
        if (isset($this->subscriptions[$channel])) {
            unset($this->subscriptions[$channel]);
            $command = ['type' => 'unsubscribe', 'ref' => "unsubscribe $channel", 'channel' => $channel];
            $this->line->send(Json::encode($command));
        }
    }

    /** How far a channel's handler has been given its messages; keep it, and a later process goes on from there. */
    public function cursor(string $channel): ?string
    {
        return ($this->subscriptions[$channel] ?? null)?->cursor;
    }

    /**
     * Hands messages to their handlers until the time is over, `stop` is called in a handler, or for ever. A gateway
     * that is away is waited for. What a handler throws comes out here; calling `listen` again goes on behind it.
     *
     * @throws TwinwireException when a channel is refused, or the connection ends for good
     */
    public function listen(?float $seconds = null): void
    {
        $this->refuseInHandler('listen');
        $this->isStopped = false;
        $deadline = Deadline::in($seconds);
        while (!$this->isStopped && !$deadline->isOver()) {
            $this->throwIfEnded();
            $this->step($deadline);
        }
    }

    /** Ends `listen`; to be called in a handler or from a signal handler. */
    public function stop(): void
    {
        $this->isStopped = true;
    }

    /** Hangs up; what is unanswered is not waited for. Using the connection again opens it again. */
    public function close(): void
    {
        $this->line->close();
    }

    private function waitFor(Pending $pending, float $seconds): void
    {
        if (!$pending->isAnswered()) {
            $this->refuseInHandler('wait');
            $this->goOn($pending->isAnswered(...), Deadline::in($seconds), 'in time');
        }
        $this->inFlight->seen($pending->failure());
    }

    /** Steps until something is so, or throws when the time is over. */
    private function goOn(Closure $isSo, Deadline $deadline, string $late): void
    {
        while (!$isSo()) {
            $this->throwIfEnded();
            if ($deadline->isOver()) {
                throw Unreachable::because($late);
            }
            $this->step($deadline);
        }
    }

    private function step(Deadline $deadline): void
    {
        try {
            $frame = $this->line->next($deadline);
        } catch (TwinwireException $failure) {
            $this->endWith($failure);
            throw $failure;
        }
        if ($frame !== null) {
            $this->receive($frame);
        }
    }

    /** On every new connection: go on where each channel stopped, and send what was not answered. */
    private function begin(): void
    {
        foreach ($this->subscriptions as $subscription) {
            $this->line->send(Json::encode($subscription->command()), false);
        }
        foreach ($this->inFlight->toSend(Deadline::now()) as $text) {
            $this->line->send($text, false);
        }
    }

    /** @param array<string, mixed> $frame */
    private function receive(array $frame): void
    {
        $asked = $this->subscriptions[$frame['channel'] ?? ''] ?? null;
        $subscription = $asked?->isOpen() === true ? $asked : null;
        switch ($frame['type'] ?? '') {
            case 'welcome':
                $this->line->expectHeartbeat($frame['heartbeat']);
                break;
            case 'published':
                $this->inFlight->published($frame);
                break;
            case 'failure':
                $this->failed($frame);
                break;
            case 'subscribed':
                $asked?->begin($frame);
                break;
            case 'message':
                $subscription?->advance($frame['id'] ?? null);
                $this->handle($subscription?->onMessage, StoredMessage::from(...), $frame);
                break;
            case 'gap':
                $this->handle($subscription?->onGap, Gap::from(...), $frame);
                break;
            case 'live':
                $this->becameLive($frame['channels'], $frame['cursor']);
                break;
            case 'unsubscribed':
                $this->unsubscribed($frame);
                break;
            case 'goodbye':
                $this->leave($frame);
                break;
            default:
                // Frames of a later version are none of ours.
        }
    }

    /** @param list<string> $channels */
    private function becameLive(array $channels, string $cursor): void
    {
        foreach ($channels as $channel) {
            $subscription = $this->subscriptions[$channel] ?? null;
            if ($subscription?->isOpen() === true) {
                $subscription->advance($cursor);
            }
        }
    }

    /** @param array<string, mixed> $frame */
    private function handle(?Closure $handler, Closure $read, array $frame): void
    {
        if ($handler === null) {
            return;
        }
        $this->isHandling = true;
        try {
            $handler($read($frame));
        } finally {
            $this->isHandling = false;
        }
    }

    /** @param array<string, mixed> $frame */
    private function failed(array $frame): void
    {
        $failure = TwinwireException::of($frame['code'], $frame['message'], 0);
        $refs = array_map(static fn (Subscription $asked): string => $asked->ref, $this->subscriptions);
        // Not every failure names the channel, but each carries the ref that the command had.
        $channel = array_search($frame['ref'] ?? null, $refs, true);
        if ($this->inFlight->failed($frame, $failure) || $channel === false) {
            return;
        }
        if (in_array($frame['code'], ['unavailable', 'internal', 'rate_limited', 'timeout'], true)) {
            $this->line->drop();
            return;
        }
        unset($this->subscriptions[$channel]);
        throw $failure;
    }

    /** @param array<string, mixed> $frame */
    private function unsubscribed(array $frame): void
    {
        if (isset($frame['reason'])) {
            unset($this->subscriptions[$frame['channel']]);
            throw TwinwireException::of('forbidden', $frame['reason'], 403);
        }
    }

    /** @param array<string, mixed> $frame */
    private function leave(array $frame): void
    {
        if ($frame['reconnect']) {
            $this->line->drop(isset($frame['after']) ? $frame['after'] / 1000 : null);
            return;
        }
        $this->line->close();
        $this->endWith(TwinwireException::of($frame['code'], $frame['reason'], 0));
        $this->throwIfEnded();
    }

    private function endWith(TwinwireException $failure): void
    {
        $this->end = $failure;
        $this->inFlight->failAll($failure);
    }

    private function throwIfEnded(): void
    {
        if ($this->end !== null) {
            throw $this->end;
        }
    }

    private function refuseInHandler(string $call): void
    {
        if ($this->isHandling) {
            throw new LogicException(
                "$call() cannot run within a handler: publish there, and call $call() when listen() has returned.",
            );
        }
    }
}
