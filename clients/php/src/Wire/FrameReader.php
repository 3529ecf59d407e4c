<?php

// Makes messages and control frames of the bytes that a WebSocket server sends, however they were cut. Knows no
// sockets.

declare(strict_types=1);

namespace Twinwire\Wire;

use Twinwire\Failure\Unreachable;

final class FrameReader
{
    /** The gateway's frames have some 64 KiB; this only keeps a broken peer from filling the memory. */
    private const MAX_BYTES = 16 * 1024 * 1024;

    private string $buffer = '';
    private int $at = 0;
    private int $messageOpcode = Frame::TEXT;
    private string $message = '';

    public function add(string $bytes): void
    {
        $this->buffer = substr($this->buffer, $this->at) . $bytes;
        $this->at = 0;
    }

    /**
     * The next message or control frame that has arrived whole; null when there is none yet.
     *
     * @throws Unreachable when this is not the WebSocket protocol, so that nothing more can be read from it
     */
    public function next(): ?Frame
    {
        while (($frame = $this->frame()) !== null) {
            [$isFinal, $opcode, $payload] = $frame;
            if ($opcode >= Frame::CLOSE) {
                return new Frame($opcode, $payload);
            }
            if ($opcode !== Frame::CONTINUATION) {
                $this->messageOpcode = $opcode;
                $this->message = '';
            }
            $this->message .= $payload;
            if (strlen($this->message) > self::MAX_BYTES) {
                throw Unreachable::because('it sent a message without end');
            }
            if ($isFinal) {
                return new Frame($this->messageOpcode, $this->message);
            }
        }
        return null;
    }

    /** @return array{bool, int, string}|null whether it is a message's last, the opcode, the payload */
    private function frame(): ?array
    {
        $there = strlen($this->buffer) - $this->at;
        if ($there < 2) {
            return null;
        }
        $first = ord($this->buffer[$this->at]);
        $second = ord($this->buffer[$this->at + 1]);
        // Extensions were not asked for, and servers never mask.
        if (($first & 0x70) !== 0 || ($second & 0x80) !== 0) {
            throw Unreachable::because('what it sends is not the WebSocket protocol');
        }
        $length = $second & 0x7F;
        $extra = $length === 126 ? 2 : ($length === 127 ? 8 : 0);
        if ($there < 2 + $extra) {
            return null;
        }
        if ($extra > 0) {
            $length = unpack($extra === 2 ? 'n' : 'J', $this->buffer, $this->at + 2)[1];
        }
        if ($length > self::MAX_BYTES || $length < 0) {
            throw Unreachable::because("it sent a frame of $length bytes");
        }
        if ($there < 2 + $extra + $length) {
            return null;
        }
        $payload = substr($this->buffer, $this->at + 2 + $extra, $length);
        $this->at += 2 + $extra + $length;
        return [($first & 0x80) !== 0, $first & 0x0F, $payload];
    }
}
