<?php

// A TCP or TLS connection on PHP's own streams that never waits longer than it is told. Knows no protocol.

declare(strict_types=1);

namespace Twinwire\Wire;

use Twinwire\Failure\Unreachable;

final class Stream
{
    private const CHUNK_BYTES = 65536;

    /** @param resource $socket */
    private function __construct(private $socket)
    {
    }

    /** @throws Unreachable */
    public static function open(Address $address, float $seconds): self
    {
        $scheme = $address->isTls ? 'tls' : 'tcp';
        // Small frames are sent as they are written; Nagle would hold them back for an acknowledgement.
        $context = stream_context_create(['socket' => ['tcp_nodelay' => true]]);
        $url = "$scheme://{$address->host}:{$address->port}";
        error_clear_last();
        $flags = STREAM_CLIENT_CONNECT;
        $socket = @stream_socket_client($url, $code, $reason, max(0.001, $seconds), $flags, $context);
        if ($socket === false) {
            $detail = $reason ?: (error_get_last()['message'] ?? 'no connection');
            throw Unreachable::because("$url: $detail");
        }
        stream_set_blocking($socket, false);
        return new self($socket);
    }

    /**
     * What has arrived, or '' when nothing has. Always asked before waiting: TLS may hold decrypted bytes that
     * waiting for the socket would not see.
     *
     * @throws Unreachable when the other side hung up
     */
    public function read(): string
    {
        $bytes = @fread($this->socket, self::CHUNK_BYTES);
        if (($bytes === '' || $bytes === false) && feof($this->socket)) {
            throw Unreachable::because('the connection was closed');
        }
        return (string) $bytes;
    }

    /**
     * @return int how many bytes the system took, perhaps 0
     *
     * @throws Unreachable when the connection is broken
     */
    public function write(string $bytes): int
    {
        $written = @fwrite($this->socket, $bytes);
        if ($written === false) {
            throw Unreachable::because('the connection broke while writing');
        }
        return $written;
    }

    /** Waits until there is something to read (or room to write), at most for the given time. */
    public function await(float $seconds, bool $alsoToWrite = false): void
    {
        $reads = [$this->socket];
        $writes = $alsoToWrite ? [$this->socket] : [];
        $excepts = [];
        $micros = (int) (max(0.0, min($seconds, 3600.0)) * 1000000);
        // A signal ends the wait early, which is as it should be: the caller looks at its deadline and waits on.
        @stream_select($reads, $writes, $excepts, intdiv($micros, 1000000), $micros % 1000000);
    }

    public function close(): void
    {
        if (is_resource($this->socket)) {
            fclose($this->socket);
        }
    }
}
