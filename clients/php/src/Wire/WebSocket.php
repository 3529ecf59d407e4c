<?php

// A WebSocket client on PHP's streams (RFC 6455) that never blocks: it writes and reads what is possible now, answers
// pings and closes. Knows no gateway commands.

declare(strict_types=1);

namespace Twinwire\Wire;

use Twinwire\Failure\TwinwireException;
use Twinwire\Failure\Unreachable;
use Twinwire\Http\ResponseReader;
use Twinwire\Json;

final class WebSocket
{
    private const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

    private readonly FrameReader $reader;
    private string $unsent = '';
    private ?int $closeCode = null;
    private float $heardAt;

    private function __construct(private readonly Stream $stream, string $first)
    {
        $this->reader = new FrameReader();
        $this->reader->add($first);
        $this->heardAt = Deadline::now();
    }

    /**
     * @param string $target path and query
     * @param array<string, string> $headers
     * @param Deadline $deadline for the handshake
     *
     * @throws TwinwireException Unreachable, or what the answer's status says
     */
    public static function open(
        Address $address,
        string $target,
        array $headers,
        float $connectSeconds,
        Deadline $deadline,
    ): self {
        $stream = Stream::open($address, min($connectSeconds, $deadline->secondsLeft()));
        try {
            $key = base64_encode(random_bytes(16));
            $stream->write(self::handshake($address, $target, $headers, $key));
            $reader = new ResponseReader($stream, $deadline);
            $response = $reader->readUpgrade();
            if ($response !== null) {
                $problem = Json::decode($response->body);
                $detail = $problem['detail'] ?? "{$address->url} answered {$response->status} instead of a WebSocket.";
                $after = $response->retryAfterSeconds;
                throw TwinwireException::of($problem['code'] ?? 'unknown', $detail, $response->status, $after);
            }
            if ($reader->header('sec-websocket-accept') !== base64_encode(sha1($key . self::ACCEPT_SUFFIX, true))) {
                throw Unreachable::because('its answer to the WebSocket handshake is not for this one');
            }
            return new self($stream, $reader->rest());
        } catch (TwinwireException $failure) {
            $stream->close();
            throw $failure;
        }
    }

    /** Hands a text over to be sent; it leaves now, or when `receive` is called. */
    public function send(string $text): void
    {
        $this->unsent .= (new Frame(Frame::TEXT, $text))->bytes();
    }

    /**
     * Sends what can be sent, and gives the texts that have arrived.
     *
     * @return list<string>
     *
     * @throws Unreachable when the connection is over, and all that came before was given
     */
    public function receive(): array
    {
        $end = null;
        try {
            $this->flush();
            while (($bytes = $this->stream->read()) !== '') {
                $this->heardAt = Deadline::now();
                $this->reader->add($bytes);
            }
        } catch (Unreachable $end) {
            // What came before the end counts.
        }
        $texts = [];
        while ($this->closeCode === null && ($frame = $this->reader->next()) !== null) {
            match ($frame->opcode) {
                Frame::TEXT => $texts[] = $frame->payload,
                Frame::PING => $this->unsent .= (new Frame(Frame::PONG, $frame->payload))->bytes(),
                Frame::CLOSE => $this->answerClose($frame->payload),
                default => null,
            };
        }
        if ($texts === [] && ($end !== null || $this->closeCode !== null)) {
            throw $end ?? Unreachable::because("it closed the connection with code {$this->closeCode}");
        }
        return $texts;
    }

    /** Why the server closed, once it has (RFC 6455, section 7.4). */
    public function closeCode(): ?int
    {
        return $this->closeCode;
    }

    /** Seconds since anything came. */
    public function silentSeconds(): float
    {
        return Deadline::now() - $this->heardAt;
    }

    /** Sends what the system takes now. */
    public function flush(): void
    {
        while ($this->unsent !== '') {
            $written = $this->stream->write($this->unsent);
            if ($written === 0) {
                return;
            }
            $this->unsent = substr($this->unsent, $written);
        }
    }

    public function await(float $seconds): void
    {
        $this->stream->await($seconds, $this->unsent !== '');
    }

    /** Says goodbye as far as that is possible without waiting. */
    public function close(): void
    {
        try {
            if ($this->closeCode === null) {
                $this->unsent .= (new Frame(Frame::CLOSE, pack('n', 1000)))->bytes();
            }
            $this->flush();
        } catch (Unreachable) {
            // It is gone already.
        }
        $this->stream->close();
    }

    private function answerClose(string $payload): void
    {
        // 1005 is what a close without a code means.
        $this->closeCode = strlen($payload) >= 2 ? unpack('n', $payload)[1] : 1005;
        $this->unsent .= (new Frame(Frame::CLOSE, substr($payload, 0, 2)))->bytes();
        try {
            $this->flush();
        } catch (Unreachable) {
            // It did not wait for our answer.
        }
    }

    /** @param array<string, string> $headers */
    private static function handshake(Address $address, string $target, array $headers, string $key): string
    {
        $all = $headers + [
            'Host' => $address->authority(),
            'Connection' => 'Upgrade',
            'Upgrade' => 'websocket',
            'Sec-WebSocket-Version' => '13',
            'Sec-WebSocket-Key' => $key,
        ];
        $lines = "GET {$address->path}$target HTTP/1.1\r\n";
        foreach ($all as $name => $value) {
            $lines .= "$name: $value\r\n";
        }
        return "$lines\r\n";
    }
}
