<?php

// HTTP by ext-curl, which keeps the connection for the next request. Knows no gateway.

declare(strict_types=1);

namespace Twinwire\Http;

use CurlHandle;
use Twinwire\Failure\Unreachable;

final class CurlSender implements Sender
{
    private ?CurlHandle $handle = null;
    private int $process = 0;

    public function __construct(private readonly float $connectSeconds = 1.0)
    {
    }

    public function send(Request $request, float $seconds): Response
    {
        $retryAfter = null;
        $handle = $this->handle();
        // Forgets the options of the last request, and keeps its connection.
        curl_reset($handle);
        curl_setopt_array($handle, self::options($request) + [
            CURLOPT_CONNECTTIMEOUT_MS => self::milliseconds(min($this->connectSeconds, $seconds)),
            CURLOPT_TIMEOUT_MS => self::milliseconds($seconds),
            CURLOPT_HEADERFUNCTION => static function ($handle, string $line) use (&$retryAfter): int {
                if (stripos($line, 'retry-after:') === 0) {
                    $retryAfter = substr($line, 12);
                }
                return strlen($line);
            },
        ]);
        $body = curl_exec($handle);
        if (!is_string($body)) {
            throw Unreachable::because(curl_error($handle) ?: 'no connection');
        }
        $status = curl_getinfo($handle, CURLINFO_RESPONSE_CODE);
        return new Response($status, $body, Response::seconds($retryAfter));
    }

    /** @return array<int, mixed> */
    private static function options(Request $request): array
    {
        $headers = ['Expect:'];
        foreach ($request->headers as $name => $value) {
            $headers[] = "$name: $value";
        }
        $body = $request->body === '' ? [] : [CURLOPT_POSTFIELDS => $request->body];
        return $body + [
            CURLOPT_URL => $request->url,
            CURLOPT_CUSTOMREQUEST => $request->method,
            CURLOPT_HTTPHEADER => $headers,
            CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_1_1,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_RETURNTRANSFER => true,
            // Time limits under a second need it: curl would use a signal otherwise.
            CURLOPT_NOSIGNAL => true,
        ];
    }

    private function handle(): CurlHandle
    {
        // After a fork both processes would write to the same connection.
        if ($this->handle === null || $this->process !== getmypid()) {
            $this->handle = curl_init();
            $this->process = (int) getmypid();
        }
        return $this->handle;
    }

    private static function milliseconds(float $seconds): int
    {
        // 0 would mean "no limit".
        return max(1, (int) ($seconds * 1000));
    }
}
