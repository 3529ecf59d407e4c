<?php

// One WebSocket frame as a client writes it (RFC 6455, section 5). Knows no connection.

declare(strict_types=1);

namespace Twinwire\Wire;

final class Frame
{
    public const CONTINUATION = 0;
    public const TEXT = 1;
    public const CLOSE = 8;
    public const PING = 9;
    public const PONG = 10;

    private const FIN = 0x80;
    private const MASKED = 0x80;

    public function __construct(public readonly int $opcode, public readonly string $payload)
    {
    }

    /** The bytes on the wire: clients mask every frame, each with a mask nobody could foresee (section 5.3). */
    public function bytes(): string
    {
        $length = strlen($this->payload);
        $head = chr(self::FIN | $this->opcode);
        if ($length < 126) {
            $head .= chr(self::MASKED | $length);
        } elseif ($length < 65536) {
            $head .= chr(self::MASKED | 126) . pack('n', $length);
        } else {
            $head .= chr(self::MASKED | 127) . pack('J', $length);
        }
        $mask = random_bytes(4);
        // PHP's ^ on texts ends with the shorter one.
        return $head . $mask . ($this->payload ^ str_repeat($mask, intdiv($length, 4) + 1));
    }
}
