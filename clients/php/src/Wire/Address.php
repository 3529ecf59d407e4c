<?php

// Where a gateway is, read from its URL. Knows no sockets.

declare(strict_types=1);

namespace Twinwire\Wire;

use InvalidArgumentException;

final class Address
{
    /** @param string $path without a slash at the end; '' at the top */
    private function __construct(
        public readonly string $url,
        public readonly string $host,
        public readonly int $port,
        public readonly bool $isTls,
        public readonly string $path,
    ) {
    }

    /** @throws InvalidArgumentException when it is no http or https URL */
    public static function of(string $url): self
    {
        $parts = parse_url($url);
        $scheme = strtolower($parts['scheme'] ?? '');
        if (!isset($parts['host']) || !in_array($scheme, ['http', 'https'], true)) {
            throw new InvalidArgumentException(
                "\"$url\" is no address of a gateway: write it like https://live.example.com.",
            );
        }
        $isTls = $scheme === 'https';
        $path = rtrim($parts['path'] ?? '', '/');
        $port = $parts['port'] ?? ($isTls ? 443 : 80);
        return new self(rtrim($url, '/'), $parts['host'], $port, $isTls, $path);
    }

    /** For the header `Host`, and to tell connections apart. */
    public function authority(): string
    {
        $usual = $this->isTls ? 443 : 80;
        return $this->port === $usual ? $this->host : "{$this->host}:{$this->port}";
    }
}
