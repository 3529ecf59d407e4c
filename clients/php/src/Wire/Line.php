<?php

// Keeps a WebSocket to the gateway open: connects, notices when it is gone, comes back after a pause, and hands out the
// frames one by one. Knows no commands.

declare(strict_types=1);

namespace Twinwire\Wire;

use Closure;
use Twinwire\Failure\TwinwireException;
use Twinwire\Failure\Unreachable;
use Twinwire\Json;

/** @internal */
final class Line
{
    private const HANDSHAKE_SECONDS = 3.0;
    /** Longer than a test or a proxy's slow day, shorter than anybody's patience; `welcome` says better. */
    private const DEFAULT_HEARTBEAT_SECONDS = 25.0;
    /** The gateway pings every heartbeat: this many without a sign, and it is gone. */
    private const SILENT_BEATS = 2.5;
    /** Where PHP waits for nothing on a socket, a signal handler still wants its turn. */
    private const MAX_PAUSE_SECONDS = 0.1;

    /** What we said was no valid WebSocket: saying it again would not help (RFC 6455, section 7.4.1). */
    private const FINAL_CODES = [1002, 1003, 1007];

    private ?WebSocket $webSocket = null;
    private readonly Backoff $backoff;
    private float $openedAt = 0.0;
    private float $heartbeatSeconds = self::DEFAULT_HEARTBEAT_SECONDS;
    /** @var list<array<string, mixed>> frames that have arrived and were not handed out yet */
    private array $frames = [];

    /**
     * @param array<string, string> $headers of the handshake
     * @param Closure $onOpen called for every new connection, to send what has to be sent first
     * @param Closure $onTooLarge called when the gateway hung up over a frame's size
     */
    public function __construct(
        private readonly Address $address,
        private readonly string $target,
        private readonly array $headers,
        private readonly float $connectSeconds,
        private readonly Closure $onOpen,
        private readonly Closure $onTooLarge,
    ) {
        $this->backoff = new Backoff();
    }

    /**
     * Hands a command over if there is a connection; whoever needs it on the next one too sends it in `onOpen`.
     *
     * @param bool $isNow false leaves it to the next step
     */
    public function send(string $text, bool $isNow = true): void
    {
        $this->webSocket?->send($text);
        if ($isNow && $this->webSocket !== null) {
            try {
                $this->webSocket->flush();
            } catch (Unreachable) {
                // The next step reads what is left, and then comes back.
            }
        }
    }

    /**
     * The next frame, or null after waiting a while for one: not longer than the deadline, perhaps less.
     *
     * @return array<string, mixed>|null
     *
     * @throws TwinwireException what no new try would change
     */
    public function next(Deadline $deadline): ?array
    {
        if ($this->frames !== []) {
            return array_shift($this->frames);
        }
        if (!$this->connect($deadline)) {
            return null;
        }
        try {
            $texts = $this->webSocket->receive();
            if ($texts === []) {
                $this->await($deadline);
            }
        } catch (Unreachable $end) {
            $this->closedWith($this->webSocket->closeCode(), $end);
            return null;
        }
        foreach ($texts as $text) {
            $this->frames[] = Json::decode($text) ?? [];
        }
        return array_shift($this->frames);
    }

    /** The gateway said how often it gives a sign of life. */
    public function expectHeartbeat(int $heartbeatMs): void
    {
        $this->heartbeatSeconds = $heartbeatMs / 1000;
    }

    /** Drops the connection and comes back later. */
    public function drop(?float $afterSeconds = null): void
    {
        $this->close();
        $this->backoff->lost(Deadline::now() - $this->openedAt, $afterSeconds);
    }

    public function close(): void
    {
        $this->webSocket?->close();
        $this->webSocket = null;
    }

    /**
     * Opens the connection if it is not, and if it is time for a try.
     *
     * @return bool whether it is open
     *
     * @throws TwinwireException what no new try would change
     */
    public function connect(Deadline $deadline): bool
    {
        if ($this->webSocket !== null) {
            return true;
        }
        $pause = min($this->backoff->secondsLeft(), $deadline->secondsLeft(), self::MAX_PAUSE_SECONDS);
        if ($pause > 0) {
            usleep((int) ($pause * 1000000));
        }
        if ($this->backoff->secondsLeft() > 0) {
            return false;
        }
        $this->openedAt = Deadline::now();
        try {
            $handshake = Deadline::in(self::HANDSHAKE_SECONDS);
            $this->webSocket
                = WebSocket::open($this->address, $this->target, $this->headers, $this->connectSeconds, $handshake);
        } catch (TwinwireException $failure) {
            $this->backoff->lost(0.0, $failure->retryAfterSeconds);
            if ($failure->status >= 400 && $failure->status < 500 && !in_array($failure->status, [408, 429], true)) {
                throw $failure;
            }
            return false;
        }
        ($this->onOpen)();
        return true;
    }

    private function await(Deadline $deadline): void
    {
        $silenceLeft = $this->heartbeatSeconds * self::SILENT_BEATS - $this->webSocket->silentSeconds();
        if ($silenceLeft <= 0) {
            throw Unreachable::because('no sign of life');
        }
        $this->webSocket->await(min($deadline->secondsLeft(), $silenceLeft));
    }

    private function closedWith(?int $code, Unreachable $end): void
    {
        $this->drop();
        if (in_array($code, self::FINAL_CODES, true)) {
            throw $end;
        }
        if ($code === 1009) {
            ($this->onTooLarge)();
        }
    }
}
