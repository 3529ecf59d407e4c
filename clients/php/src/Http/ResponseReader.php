<?php

// Reads one HTTP/1.1 response from a stream, within a deadline (RFC 9112). Knows no requests.

declare(strict_types=1);

namespace Twinwire\Http;

use Twinwire\Failure\Unreachable;
use Twinwire\Wire\Deadline;
use Twinwire\Wire\Stream;

final class ResponseReader
{
    private string $buffer = '';
    private bool $hasBegun = false;
    private bool $mayBeKept = false;
    /** @var array<string, string> */
    private array $headers = [];

    public function __construct(private readonly Stream $stream, private readonly Deadline $deadline)
    {
    }

    /** Whether anything came at all. */
    public function hasBegun(): bool
    {
        return $this->hasBegun;
    }

    /** Whether the connection can carry another request. */
    public function mayBeKept(): bool
    {
        return $this->mayBeKept;
    }

    /** @throws Unreachable */
    public function read(): Response
    {
        do {
            $status = $this->head();
        } while ($status < 200);
        return $this->withBody($status);
    }

    /**
     * Reads the answer to an upgrade. Null: it is 101, and what follows (see `rest`) is the other protocol.
     *
     * @throws Unreachable
     */
    public function readUpgrade(): ?Response
    {
        $status = $this->head();
        return $status === 101 ? null : $this->withBody($status);
    }

    /** A header of the response, by its name in lower case. */
    public function header(string $name): ?string
    {
        return $this->headers[$name] ?? null;
    }

    /** Bytes that came behind the response. */
    public function rest(): string
    {
        return $this->buffer;
    }

    private function withBody(int $status): Response
    {
        $headers = $this->headers;
        $retryAfter = Response::seconds($headers['retry-after'] ?? null);
        $this->mayBeKept = strtolower($headers['connection'] ?? '') !== 'close';
        if ($status === 204 || $status === 304) {
            return new Response($status, '', $retryAfter);
        }
        if (strtolower($headers['transfer-encoding'] ?? '') === 'chunked') {
            return new Response($status, $this->chunks(), $retryAfter);
        }
        if (isset($headers['content-length'])) {
            return new Response($status, $this->bytes((int) $headers['content-length']), $retryAfter);
        }
        $this->mayBeKept = false;
        return new Response($status, $this->untilClosed(), $retryAfter);
    }

    /** Reads status line and headers; returns the status. */
    private function head(): int
    {
        $first = $this->line();
        if (preg_match('~^HTTP/1\.\d (\d{3})~', $first, $match) !== 1) {
            throw Unreachable::because('what answered does not speak HTTP');
        }
        $this->headers = [];
        while (($line = $this->line()) !== '') {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $this->headers[strtolower($name)] = trim($value);
        }
        return (int) $match[1];
    }

    private function chunks(): string
    {
        $body = '';
        while (($length = $this->chunkLength()) > 0) {
            $body .= $this->bytes($length);
            $this->line();
        }
        while ($this->line() !== '') {
            // Trailers say nothing here.
        }
        return $body;
    }

    private function chunkLength(): int
    {
        // What follows a semicolon is for whoever invented it.
        $text = trim(explode(';', $this->line())[0]);
        return ctype_xdigit($text) ? (int) hexdec($text) : throw Unreachable::because('the answer is no valid HTTP');
    }

    private function line(): string
    {
        while (($end = strpos($this->buffer, "\n")) === false) {
            $this->more();
        }
        $line = substr($this->buffer, 0, $end);
        $this->buffer = substr($this->buffer, $end + 1);
        return rtrim($line, "\r");
    }

    private function bytes(int $count): string
    {
        while (strlen($this->buffer) < $count) {
            $this->more();
        }
        $bytes = substr($this->buffer, 0, $count);
        $this->buffer = substr($this->buffer, $count);
        return $bytes;
    }

    private function untilClosed(): string
    {
        try {
            while (true) {
                $this->more();
            }
        } catch (Unreachable $end) {
            if ($this->deadline->isOver()) {
                throw $end;
            }
            return $this->buffer;
        }
    }

    private function more(): void
    {
        while (($bytes = $this->stream->read()) === '') {
            if ($this->deadline->isOver()) {
                throw Unreachable::because('the time was over before the answer had come');
            }
            $this->stream->await($this->deadline->secondsLeft());
        }
        $this->hasBegun = true;
        $this->buffer .= $bytes;
    }
}
